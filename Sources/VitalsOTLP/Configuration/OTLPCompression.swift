/// How OTLP is spoken.
public struct OTLPTransport: Sendable, Hashable {
    let name: String

    /// Over gRPC.
    public static let grpc = OTLPTransport(name: "grpc")
    /// Protobuf over HTTP.
    public static let httpProtobuf = OTLPTransport(name: "http/protobuf")
    /// JSON over HTTP.
    public static let httpJSON = OTLPTransport(name: "http/json")
    /// All of them.
    package static let all = [grpc, httpProtobuf, httpJSON]

    /// Its name in `OTEL_EXPORTER_OTLP_PROTOCOL`.
    package var environmentName: String { name }

    /// Where a collector on the same machine listens.
    package var defaultEndpoint: OTLPEndpoint {
        self == .grpc ? "http://localhost:4317" : "http://localhost:4318"
    }
}

/// How requests are packed.
public struct OTLPCompression: Sendable, Hashable {
    let name: String

    /// As they are.
    public static let none = OTLPCompression(name: "none")
    /// With gzip.
    public static let gzip = OTLPCompression(name: "gzip")
}
