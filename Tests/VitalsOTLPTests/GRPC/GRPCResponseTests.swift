import Testing

@testable import VitalsOTLP

@Suite("What a response of gRPC means")
struct GRPCResponseTests {
    typealias Fields = [(String, String)]

    private static let ok: Fields = [(":status", "200"), ("content-type", "application/grpc+proto")]

    /// The answer to some blocks of headers with bytes after the first one.
    private func answer(_ blocks: [Fields], _ body: [UInt8]? = nil, limit: Int = 1000) -> ExportAnswer {
        var response = GRPCResponse(limit: limit)
        for (index, fields) in blocks.enumerated() {
            response.beginHeaders()
            for (name, value) in fields {
                Array(name.utf8).withUnsafeBufferPointer { name in
                    Array(value.utf8).withUnsafeBufferPointer { _ = response.header(name, $0) }
                }
            }
            let isAllowed = response.endHeaders()
            #expect(isAllowed)
            if index == 0, let body, !body.withUnsafeBytes({ response.data($0) }) { return response.answer() }
        }
        return response.answer()
    }

    @Test("Success comes with a message, and what the peer did not want")
    func success() {
        let end: Fields = [("grpc-status", "0")]
        #expect(answer([Self.ok, end], [0, 0, 0, 0, 0]).response == ExportResponse())
        let partial: [UInt8] = [0x0A, 0x06, 0x08, 0x03, 0x12, 0x02, 0x6E, 0x6F]
        let expected = ExportResponse(rejected: 3, message: "no")
        #expect(answer([Self.ok, end], GRPCMessageTests.framed(partial)).response == expected)
        let packed = GRPCMessageTests.framed(GRPCMessageTests.packed(partial), flag: 1)
        #expect(answer([Self.ok + [("grpc-encoding", "gzip")], end], packed).response == expected)
        #expect(answer([Self.ok, end], packed).failure?.kind == "INTERNAL")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let blocks: [[[String]]]
        let body: [UInt8]?
        let kind: String
        let words: String
        let isAmbiguous: Bool

        init(
            _ name: String, _ blocks: [[[String]]], body: [UInt8]? = nil, _ kind: String, _ words: String,
            isAmbiguous: Bool
        ) {
            testDescription = name
            self.blocks = blocks
            self.body = body
            self.kind = kind
            self.words = words
            self.isAmbiguous = isAmbiguous
        }
    }

    private static let start = [[":status", "200"], ["content-type", "application/grpc"]]
    private static let page = [[":status", "502"], ["content-type", "text/html"]]

    @Test(
        "Failures",
        arguments: [
            Case(
                "trailers only", [start + [["grpc-status", "14"], ["grpc-message", "over%20there"]]], "UNAVAILABLE",
                "UNAVAILABLE: over there", isAmbiguous: false),
            Case(
                "a status counts more than that of HTTP", [page + [["grpc-status", "3"]]], "INVALID_ARGUMENT",
                "the peer answered INVALID_ARGUMENT", isAmbiguous: false),
            Case(
                "a status that is none", [start, [["grpc-status", "ok"]]], "UNKNOWN", "the peer answered UNKNOWN",
                isAmbiguous: true),
            Case("a proxy's page", [page], "UNAVAILABLE", "the peer answered with HTTP status 502", isAmbiguous: true),
            Case(
                "a proxy's page with text", [page], body: Array("<html>".utf8), "UNAVAILABLE",
                "the peer answered with HTTP status 502", isAmbiguous: true),
            Case(
                "not found", [[[":status", "404"]]], "UNIMPLEMENTED", "the peer answered with HTTP status 404",
                isAmbiguous: false),
            Case(
                "another content", [[[":status", "200"], ["content-type", "text/plain"]]], "UNKNOWN",
                "the response is none of gRPC", isAmbiguous: true),
            Case("no status", [start], "UNKNOWN", "the peer gave no status", isAmbiguous: true),
            Case(
                "no trailers", [start], body: [0, 0, 0, 0, 0], "INTERNAL", "the response ended without trailers",
                isAmbiguous: true),
            Case("nothing", [], "UNKNOWN", "the peer ended the stream without a response", isAmbiguous: true),
            Case(
                "success without a message", [start, [["grpc-status", "0"]]], "INTERNAL",
                "the peer reports success without a message", isAmbiguous: true),
            Case(
                "two messages", [start, [["grpc-status", "0"]]], body: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "INTERNAL",
                "the response has more than one message", isAmbiguous: true),
            Case(
                "half a message", [start, [["grpc-status", "0"]]], body: [0, 0, 0, 0, 9, 1], "INTERNAL",
                "the response's message is incomplete", isAmbiguous: true),
            Case(
                "a message that is no protobuf", [start, [["grpc-status", "0"]]], body: [0, 0, 0, 0, 1, 0xFF],
                "INTERNAL",
                "the response's message is malformed", isAmbiguous: true),
            Case(
                "too large a message", [start, [["grpc-status", "0"]]], body: [0, 1, 0, 0, 0], "RESOURCE_EXHAUSTED",
                "the response has more than 1000 bytes", isAmbiguous: true),
            Case(
                "words that stand only in the details",
                [start + [["grpc-status", "3"], ["grpc-status-details-bin", "CAMSA2JhZA"]]], "INVALID_ARGUMENT",
                "INVALID_ARGUMENT: bad", isAmbiguous: false),
        ])
    func failures(_ example: Case) {
        let blocks = example.blocks.map { $0.map { ($0[0], $0[1]) } }
        let failure = answer(blocks, example.body).failure
        #expect(failure?.kind == example.kind)
        #expect(failure?.description == example.words)
        #expect(failure?.isAmbiguous == example.isAmbiguous)
        #expect(failure?.throttle == nil)
    }

    @Test("Information before the response is skipped")
    func interim() {
        let blocks: [Fields] = [[(":status", "103")], Self.ok + [("grpc-status", "16")]]
        #expect(answer(blocks).failure?.remedy == .credentials)
    }

    @Test("Exhausted resources come back if the peer says when", arguments: ["", "="])
    func throttles(_ padding: String) {
        let info: [UInt8] = [0x0A, 0x02, 0x08, 0x02]
        let name = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let any = [0x0A, UInt8(name.count)] + name + [0x12, UInt8(info.count)] + info
        var details = GRPCBase64.encode([0x08, 0x08, 0x1A, UInt8(any.count)] + any)
        if details.count % 4 != 0 { details += String(repeating: padding, count: 4 - details.count % 4) }
        let failure = answer([Self.ok + [("grpc-status", "8"), ("grpc-status-details-bin", details)]]).failure
        #expect(failure?.throttle == 2_000_000_000)
        #expect(failure?.remedy == .later)
        #expect(failure?.status == .grpc(8))
        #expect(answer([Self.ok + [("grpc-status", "8")]]).failure?.remedy == .smaller)
    }

    @Test("Headers beyond 64 KiB are refused, and a third block of them")
    func bounds() {
        var response = GRPCResponse(limit: 10)
        response.beginHeaders()
        let value = [UInt8](repeating: 65, count: 1000)
        let kept = (0..<100).count { _ in
            value.withUnsafeBufferPointer { response.header(UnsafeBufferPointer(rebasing: $0.prefix(3)), $0) }
        }
        #expect(kept == 63)
        let blocks = (0..<3).map { _ in response.endHeaders() }
        #expect(blocks == [true, true, false])
    }
}
