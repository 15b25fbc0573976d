/// Where telemetry is pushed, and how.
public struct OTLPConfiguration: Sendable {
    /// What computes header fields for an attempt, such as a token that expires. It is asked before each attempt, on the
    /// thread that exports; nil stands for no further headers.
    public typealias HeadersProvider = @Sendable () -> [String: String]?

    /// The peer.
    public var endpoint: OTLPEndpoint
    /// The protocol.
    public var transport: OTLPTransport
    /// Header fields, or metadata of gRPC, of every request.
    public var headers: [String: String] = [:]
    /// Further ones, computed for each attempt; they count where both have a name.
    public var headersProvider: HeadersProvider?
    /// Whether requests are packed.
    public var compression: OTLPCompression = .none
    /// How long a request may take, its repetitions included; zero or less for no limit but that of the whole export.
    public var timeout: Duration = .seconds(10)
    /// Keys and certificates.
    public var tls = OTLPSecurity()
    /// Bounds on what is sent and received.
    public var limits = OTLPLimits()
    /// After how much silence a connection of gRPC is asked for a sign of life; nil for never.
    public var keepalive: Duration?

    /// A push to an endpoint; by default with the protocol and to the place that OpenTelemetry has as its default.
    public init(endpoint: OTLPEndpoint? = nil, transport: OTLPTransport = .httpProtobuf) {
        self.transport = transport
        self.endpoint = endpoint ?? transport.defaultEndpoint
    }
}
