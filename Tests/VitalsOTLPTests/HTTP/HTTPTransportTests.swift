import Testing
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

@Suite("OTLP over HTTP", .timeLimit(.minutes(2)))
struct HTTPTransportTests {
    @Test("A message is posted with the fields of OTLP")
    func posts() async throws {
        let (answer, received) = try await HTTPSending.send(headers: [("authorization", "Bearer x"), ("empty", "")]) {
            $1.answer(200)
        }
        #expect(answer.response == ExportResponse())
        let request = try #require(received.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/metrics")
        #expect(request.body == Array("message".utf8))
        let fields = request.headers.filter { $0.name != "Host" }.map { "\($0.name): \($0.value)" }.sorted()
        #expect(
            fields == [
                "Accept-Encoding: gzip", "Accept: */*", "Content-Length: 7", "Content-Type: application/x-protobuf",
                "User-Agent: OTel-OTLP-Exporter-Swift/0.4.0", "authorization: Bearer x", "empty: ",
            ])
    }
}
