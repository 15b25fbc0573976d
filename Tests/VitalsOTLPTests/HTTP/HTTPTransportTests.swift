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
                "User-Agent: OTel-OTLP-Exporter-Swift/0.5.0", "authorization: Bearer x", "empty: ",
            ])
    }

    @Test("Calls that follow one another use one connection")
    func reuses() async throws {
        let server = ScriptedHTTPServer { $1.answer(200) }
        defer { server.stop() }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        for _ in 0..<5 { #expect(await HTTPSending.send(transport).response != nil) }
        #expect(server.received.count == 5)
        #expect(server.connections == 1)
    }

    @Test("A large message arrives whole and without asking for permission")
    func large() async throws {
        let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let (answer, received) = try await HTTPSending.send(HTTPSending.body(bytes)) { $1.answer(200) }
        #expect(answer.response != nil)
        #expect(received.first?.body == bytes)
        #expect(received.first?.header("expect") == nil)
    }

    @Test("A packed message says so, and an exact endpoint is the very URL")
    func packed() async throws {
        let body = HTTPSending.body([0x1F, 0x8B], isPacked: true)
        let (_, received) = try await HTTPSending.send(body) {
            $0.endpoint = .exact($0.endpoint.text + "/some?key=1")
        } to: {
            $1.answer(200)
        }
        #expect(received.first?.header("content-encoding") == "gzip")
        #expect(received.first?.target == "/some?key=1")
    }

    @Test("JSON is sent as such")
    func json() async throws {
        let (_, received) = try await HTTPSending.send(HTTPSending.body("{}")) {
            $0.transport = .httpJSON
        } to: {
            $1.answer(200, type: "application/json", body: Array("{}".utf8))
        }
        #expect(received.first?.header("content-type") == "application/json")
    }

    @Test("Fields that would break the header are left out, and that is said once")
    func leavesOut() async throws {
        let headers = [
            ("good", "yes"), ("bad", "a\r\nInjected: 1"), ("in jected", "1"), ("zero", "\0"), ("", "x"),
            ("content-type", "text/plain"), ("Transfer-Encoding", "chunked"),
        ]
        let (answer, received) = try await HTTPSending.send(headers: headers) { $1.answer(200) }
        #expect(answer.response != nil)
        let names = Set(received.first?.headers.map { $0.name.lowercased() } ?? [])
        #expect(
            names == ["host", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "good"])
        #expect(received.first?.header("content-type") == "application/x-protobuf")
    }

    @Test("The message is encoded as configured", arguments: [OTLPTransport.httpProtobuf, .httpJSON])
    func encodes(_ kind: OTLPTransport) throws {
        for compression in [OTLPCompression.none, .gzip] {
            var configuration = HTTPSending.configuration("http://c", kind)
            configuration.compression = compression
            let transport = try HTTPTransport(configuration)
            let body = transport.encode(.of([0x0A, 0x00]), for: .metrics)
            #expect(body.isPacked == (compression == .gzip))
            if compression == .none {
                let text = String(decoding: body.bytes, as: UTF8.self)
                #expect(text == (kind == .httpJSON ? #"{"resourceMetrics":[{}]}"# : "\n\0"))
            } else {
                #expect(Array(body.bytes.prefix(2)) == [0x1F, 0x8B])
            }
        }
    }

    @Test("Its names are those of the conventions")
    func names() throws {
        let binary = try HTTPTransport(HTTPSending.configuration("https://collector"))
        #expect(binary.componentPrefix == "otlp_http")
        #expect(binary.server.address == "collector")
        #expect(binary.server.port == 443)
        #expect(try HTTPTransport(HTTPSending.configuration("http://c", .httpJSON)).componentPrefix == "otlp_http_json")
    }
}
