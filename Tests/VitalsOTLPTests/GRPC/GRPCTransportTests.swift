import Testing
import VitalsMetrics

@testable import VitalsOTLP

@Suite("Calls over gRPC")
struct GRPCTransportTests {
    @Test("A message is delivered, and the next one on the same connection", .timeLimit(.minutes(1)))
    func delivers() throws {
        let requests = Locked<[PeerConnection.Request]>([])
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    requests.withLock { $0.append(request) }
                    connection.accept(request.stream)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send([1, 2, 3], headers: [("api-key", "secret")]).response == ExportResponse())
        #expect(transport.send([4]).response == ExportResponse())
        #expect(peer.connections == 1)
        let (first, second) = requests.withLock { ($0.first, $0.last) }
        #expect(first?.body == [0, 0, 0, 0, 3, 1, 2, 3])
        #expect(second?.body == [0, 0, 0, 0, 1, 4])
        #expect(
            first?.headers.map { $0.name } == [
                ":method", ":scheme", ":path", ":authority", "te", "grpc-timeout", "content-type",
                "grpc-accept-encoding", "user-agent", "api-key",
            ])
        #expect(first?[":path"] == "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
        #expect(first?[":authority"] == "127.0.0.1:\(peer.port)")
        #expect(first?["user-agent"] == "OTel-OTLP-Exporter-Swift/\(VitalsVersion.current)")
        #expect(first?["api-key"] == "secret")
    }
}
