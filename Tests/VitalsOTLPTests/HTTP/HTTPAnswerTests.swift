import Testing
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

@Suite("What a peer answers over HTTP", .timeLimit(.minutes(2)))
struct HTTPAnswerTests {
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        guard var compressor = GzipCompressor() else { return [] }
        var packed = ByteBuffer()
        _ = bytes.withUnsafeBytes { compressor.compress($0, into: &packed) }
        return Array(packed.bytes)
    }

    /// 3 rejected, "no".
    private static let partial: [UInt8] = [0x0A, 0x06, 0x08, 0x03, 0x12, 0x02, 0x6E, 0x6F]

    @Test("An empty response is complete success, whatever its type", arguments: ["application/x-protobuf", nil])
    func takesEmpty(_ type: String?) async throws {
        let (answer, _) = try await HTTPSending.send { $1.answer(200, type: type) }
        #expect(answer.response == ExportResponse())
    }

    @Test("Partial success is understood in protobuf and in JSON")
    func takesPartial() async throws {
        let binary = try await HTTPSending.send { $1.answer(200, body: Self.partial) }
        #expect(binary.answer.response == ExportResponse(rejected: 3, message: "no"))
        let text = #"{"partialSuccess": {"rejectedDataPoints": "3", "errorMessage": "no"}}"#
        let json = try await HTTPSending.send {
            $1.answer(200, type: "application/json; charset=utf-8", body: Array(text.utf8))
        }
        #expect(json.answer.response == ExportResponse(rejected: 3, message: "no"))
    }

    @Test("A response may come in chunks and packed")
    func takesForms() async throws {
        let chunked = try await HTTPSending.send { _, peer in
            peer.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n")
            peer.send(Array(Self.partial[..<3]) + Array("\r\n5\r\n".utf8) + Array(Self.partial[3...]))
            return peer.send("\r\n0\r\n\r\n")
        }
        #expect(chunked.answer.response == ExportResponse(rejected: 3, message: "no"))
        let packed = Self.gzip(Self.partial)
        let unpacked = try await HTTPSending.send { $1.answer(200, ["Content-Encoding: gzip"], body: packed) }
        #expect(unpacked.answer.response == ExportResponse(rejected: 3, message: "no"))
    }

    @Test("A response that unpacks to more than the limit is not read; the message was taken all the same")
    func stopsBombs() async throws {
        let bomb = Self.gzip([UInt8](repeating: 0, count: 8 << 20))
        #expect(bomb.count < 100_000)
        let (answer, _) = try await HTTPSending.send { $1.answer(200, ["Content-Encoding: gzip"], body: bomb) }
        #expect(answer.response?.message == "the message was taken, but the response could not be read")
        let (refusal, _) = try await HTTPSending.send { $1.answer(503, ["Content-Encoding: gzip"], body: bomb) }
        #expect(refusal.failure?.kind == "503")
    }

    @Test(
        "A message that was taken is not sent again because the response cannot be read",
        arguments: [
            ("application/x-protobuf", []), ("application/json", []), ("text/html", []),
            ("application/x-protobuf", ["Content-Encoding: gzip"]),
            ("application/x-protobuf", ["Content-Encoding: br"]),
        ] as [(String, [String])])
    func takesUnreadable(_ type: String, _ headers: [String]) async throws {
        let (answer, received) = try await HTTPSending.send {
            $1.answer(200, headers, type: type, body: Array("<what>".utf8))
        }
        #expect(answer.response?.rejected == 0)
        #expect(answer.response?.message == "the message was taken, but the response could not be read")
        #expect(received.count == 1)
    }

    @Test(
        "Each status has its remedy",
        arguments: [
            (400, .none), (401, .credentials), (403, .none), (404, .none), (408, .none), (413, .smaller), (415, .none),
            (429, .later), (500, .none), (501, .none), (502, .later), (503, .later), (504, .later), (304, .none),
        ] as [(Int, ExportFailure.Remedy)])
    func knowsStatus(_ status: Int, _ remedy: ExportFailure.Remedy) async throws {
        let (answer, received) = try await HTTPSending.send(seconds: 1) { $1.answer(status, type: nil) }
        let failure = try #require(answer.failure)
        #expect(failure.remedy == remedy)
        #expect(received.count == 1)
        #expect(failure.kind == "\(status)")
        #expect(failure.status == .http(status))
        #expect(failure.throttle == nil)
        #expect(!failure.isAmbiguous)
    }

    @Test(
        "A peer may ask to wait",
        arguments: [
            (429, "7", 7_000_000_000), (503, " 7 ", 7_000_000_000), (503, "Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ])
    func waits(_ status: Int, _ field: String, _ throttle: UInt64) async throws {
        let (answer, _) = try await HTTPSending.send { $1.answer(status, ["retry-AFTER: \(field)"]) }
        #expect(answer.failure?.throttle == throttle)
        #expect(answer.failure?.remedy == .later)
    }

    @Test("The wait may also stand in the details of the status")
    func waitsByDetails() async throws {
        let text = #"{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}"#
        let (answer, _) = try await HTTPSending.send {
            $1.answer(503, type: "application/json", body: Array(text.utf8))
        }
        #expect(answer.failure?.throttle == 1_500_000_000)
    }

    @Test("A refusal whose words cannot be unpacked keeps its status", arguments: ["gzip", "br"])
    func keepsStatus(_ coding: String) async throws {
        let (answer, _) = try await HTTPSending.send {
            $1.answer(503, ["Content-Encoding: \(coding)"], body: Array("<what>".utf8))
        }
        #expect(answer.failure?.status == .http(503))
        #expect(answer.failure?.remedy == .later)
    }

    @Test("A wait in a refusal for good, or that nobody understands, is none")
    func ignoresWaits() async throws {
        let refused = try await HTTPSending.send { $1.answer(400, ["Retry-After: 7"]) }
        #expect(refused.answer.failure?.throttle == nil)
        let garbage = try await HTTPSending.send { $1.answer(503, ["Retry-After: soon"]) }
        #expect(garbage.answer.failure?.throttle == nil)
        #expect(garbage.answer.failure?.remedy == .later)
    }

    @Test(
        "The peer's words become part of the failure",
        arguments: [
            ("application/x-protobuf", "\u{12}\u{03}bad", ": bad"),
            ("application/json", #"{"code": 3, "message": "bad\nthing"}"#, ": bad thing"),
            ("text/plain; charset=utf-8", "down for\r\nrepair\u{1B}", ": down for  repair "),
            ("application/json", "{", ""), ("application/octet-stream", "bad", ""), ("text/plain", "", ""),
        ])
    func tellsWords(_ type: String, _ body: String, _ end: String) async throws {
        let (answer, _) = try await HTTPSending.send { $1.answer(400, type: type, body: Array(body.utf8)) }
        let description = try #require(answer.failure?.description)
        #expect(description.hasSuffix("/v1/metrics answered 400\(end)"))
    }

    @Test("Of many words few are kept")
    func cutsWords() async throws {
        let words = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        let (answer, _) = try await HTTPSending.send { $1.answer(400, type: "text/plain", body: words) }
        #expect(answer.failure?.description.hasSuffix(String(repeating: "x", count: 500) + "…") == true)
    }

    @Test("What is no HTTP is a failure that repeating does not help", arguments: ["\u{00}\u{00}\u{12}garbage\r\n\r\n"])
    func refusesGarbage(_ text: String) async throws {
        let (answer, _) = try await HTTPSending.send { _, peer in
            peer.send(text)
            return false
        }
        #expect(answer.failure?.kind == "malformed_response")
        #expect(answer.failure?.remedy == ExportFailure.Remedy.none)
        #expect(answer.failure?.isAmbiguous == true)
    }

    @Test("A header without end is cut off")
    func stopsHeaders() async throws {
        let (answer, _) = try await HTTPSending.send { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n")
            while peer.send("X-Some-Field: and its value, over and over again\r\n") {}
            return false
        }
        #expect(answer.failure?.kind == "response_too_large")
    }
}
