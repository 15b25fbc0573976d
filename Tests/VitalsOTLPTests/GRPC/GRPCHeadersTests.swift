import Testing
import VitalsBytes

@testable import VitalsOTLP

@Suite("Who is called over gRPC, and with which headers")
struct GRPCHeadersTests {
    @Test(
        "The scheme, the port and the flag decide how",
        arguments: [
            ("http://c:4317", false, "c:4317", "c:4317"), ("https://c:1", true, "c:1", "c:1"),
            ("http://c", false, "c:80", "c"), ("https://c/path", true, "c:443", "c"),
            ("c", true, "c:4317", "c:4317"), ("c:9", true, "c:9", "c:9"),
            ("http://[::1]:7", false, "[::1]:7", "[::1]:7"),
            ("http://[fe80::1%25eth0]:7", false, "[fe80::1%eth0]:7", "[fe80::1]:7"),
            ("unix:/run/c.sock", false, "/run/c.sock", "localhost"),
        ])
    func peers(_ endpoint: String, _ isSecure: Bool, _ name: String, _ authority: String) throws {
        let peer = try GRPCPeer(OTLPConfiguration(endpoint: .base(endpoint), transport: .grpc))
        #expect(peer.isSecure == isSecure)
        #expect(peer.description == name)
        #expect(peer.authority == authority)
    }

    @Test("Without a scheme TLS is left out only where that is wanted; a scheme counts more")
    func insecure() throws {
        var configuration = OTLPConfiguration(endpoint: "c:4317", transport: .grpc)
        configuration.tls.isInsecure = true
        #expect(try !GRPCPeer(configuration).isSecure)
        configuration.endpoint = "https://c:4317"
        #expect(try GRPCPeer(configuration).isSecure)
    }

    @Test("Headers stand in the order of gRPC, with those of metadata that may be sent at the end")
    func order() {
        var buffer = ByteBuffer()
        buffer.append(1 as UInt8)
        let metadata = [
            ("authorization", "Bearer x"), ("Upper", "1"), ("grpc-thing", "1"), ("te", "gzip"), ("", "1"), ("a b", "1"),
            ("umlaut", "ü"), ("data-bin", "ü"), ("trimmed", "  a b "), (":path", "/"), ("line", "a\nb"),
        ]
        let request = ExportRequest(
            signal: .traces, body: ExportBody(buffer, isPacked: true),
            headers: metadata.map { (name: $0.0, value: $0.1) },
            deadline: 0)
        let headers = GRPCHeaders(request, scheme: "https", authority: "c:1", remaining: 1_500_000_000)
        #expect(
            headers.fields.map { "\($0.name): \($0.value)" } == [
                ":method: POST", ":scheme: https",
                ":path: /opentelemetry.proto.collector.trace.v1.TraceService/Export", ":authority: c:1",
                "te: trailers", "grpc-timeout: 1500000u", "content-type: application/grpc", "grpc-encoding: gzip",
                "grpc-accept-encoding: identity,gzip", "user-agent: OTel-OTLP-Exporter-Swift/0.5.0",
                "authorization: Bearer x", "data-bin: w7w", "trimmed: a b",
            ])
        #expect(headers.refused == ["Upper", "grpc-thing", "te", "", "a b", "umlaut", ":path", "line"])
    }
}
