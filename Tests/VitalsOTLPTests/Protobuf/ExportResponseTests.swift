import Testing
import VitalsOTLP

@Suite("What a peer says in protobuf")
struct ExportResponseTests {
    private static func response(_ hex: String) -> ExportResponse? {
        [UInt8](hex: hex).withUnsafeBytes { ExportResponse(protobuf: $0) }
    }

    private static func status(_ hex: String) -> RPCStatus? {
        [UInt8](hex: hex).withUnsafeBytes { RPCStatus(protobuf: $0) }
    }

    @Test(
        "Responses",
        arguments: [
            ("", 0, ""),
            ("0a00", 0, ""),
            ("0a0208 05", 5, ""),
            ("0a0608 05 1202 6e6f", 5, "no"),
            ("0a06 1202 6e6f 0805", 5, "no"),
            ("0a04 1202 6e6f", 0, "no"),
            // Less than none is none.
            ("0a0b 08 ffffffffffffffffff01", 0, ""),
            ("0a0a 08 ffffffffffffffff7f", Int.max, ""),
            // Two parts of one message are merged.
            ("0a0208 05 0a04 1202 6e6f", 5, "no"),
            // Text that is no UTF-8 is mended.
            ("0a03 1201 ff", 0, "\u{fffd}"),
            // What is unknown, or of another type, is skipped.
            ("1005 0a07 1801 0805 1a0161 0801", 5, ""),
            ("0a07 0805 0a01 61 1005", 5, ""),
            ("0a05 0d00000000", 0, ""),
        ] as [(String, Int, String)])
    func responses(_ hex: String, _ rejected: Int, _ message: String) {
        #expect(Self.response(hex) == ExportResponse(rejected: rejected, message: message))
    }

    @Test(
        "Malformed responses are none",
        arguments: ["0a", "0a01", "0a0108", "0a0a0805", "0a0308ffff", "3c68746d6c3e", "0a020b0c", "0a020805ff"])
    func malformed(_ hex: String) {
        #expect(Self.response(hex) == nil)
    }

    @Test(
        "Statuses",
        arguments: [
            ("", 0, ""),
            ("080e", 14, ""),
            ("0803 1203 626164", 3, "bad"),
            ("1203 626164", 0, "bad"),
            ("08 ffffffffffffffffff01", -1, ""),
            ("08 8080808010", 0, ""),
            // BadRequest.
            (
                "0803 1a2d 0a2b 747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e42616452657175657374 7878",
                3, ""
            ),
            ("0801 2001 0802", 2, ""),
        ] as [(String, Int, String)])
    func statuses(_ hex: String, _ code: Int, _ message: String) {
        #expect(Self.status(hex) == RPCStatus(code: code, message: message))
    }

    @Test("Malformed statuses are none", arguments: ["08", "1205 626164", "0803 1a", "0803 1a05", "0b", "7b2263"])
    func malformedStatuses(_ hex: String) {
        #expect(Self.status(hex) == nil)
    }

    /// `{code: 14, details: [{type_url: "type.googleapis.com/google.rpc.RetryInfo", value}]}`
    private static func retry(_ value: String?, type: String = "type.googleapis.com/google.rpc.RetryInfo") -> RPCStatus?
    {
        let type = Array(type.utf8)
        let value = value.map { [UInt8](hex: $0) }
        let any = [0x0a, UInt8(type.count)] + type + (value.map { [0x12, UInt8($0.count)] + $0 } ?? [])
        let status = [0x08, 14, 0x1a, UInt8(any.count)] + any
        return status.withUnsafeBytes { RPCStatus(protobuf: $0) }
    }

    @Test(
        "How long to wait",
        arguments: [
            // Neither value nor delay: again, at once.
            (nil, 0), ("", 0), ("0a00", 0), ("0a02 0800", 0), ("0a04 0800 1000", 0),
            ("0a02 0801", 1_000_000_000),
            ("0a02 1001", 1),
            ("0a06 1080cab5ee01", 500_000_000),
            ("0a08 0801 1080cab5ee01", 1_500_000_000),
            ("0a08 1080cab5ee01 0801", 1_500_000_000),
            // More than a second of nanoseconds is not legal.
            ("0a06 10ffffffff07", 999_999_999),
            // The past.
            ("0a0b 08 ffffffffffffffffff01", 0),
            ("0a0b 10 ffffffffffffffffff01", 0),
            ("0a0d 0801 10 ffffffffffffffffff01", 0),
            // Days are a day.
            ("0a04 0880a305", 86_400_000_000_000),
            ("0a06 08ffffffff0f", 86_400_000_000_000),
            ("0a0a 08ffffffffffffffff7f", 86_400_000_000_000),
            ("0a06 0880a305 1001", 86_400_000_000_000),
            // Unknown fields.
            ("1001 0a04 0801 1801", 1_000_000_000),
            ("0801", 0),
            // Malformed: no word of waiting.
            ("0a", nil), ("0a02 08", nil), ("0a01 08", nil), ("0a03 0801 0b", nil), ("0b", nil), ("0a02 0801 ff", nil),
        ] as [(String?, UInt64?)])
    func delays(_ value: String?, _ delay: UInt64?) {
        #expect(Self.retry(value) == RPCStatus(code: 14, retryDelay: delay))
    }

    @Test(
        "Only RetryInfo tells how long to wait, whatever host its type is at",
        arguments: [
            ("type.googleapis.com/google.rpc.RetryInfo", 1_000_000_000),
            ("example.org/google.rpc.RetryInfo", 1_000_000_000),
            ("/google.rpc.RetryInfo", 1_000_000_000),
            ("google.rpc.RetryInfo", nil),
            ("type.googleapis.com/google.rpc.RetryInfos", nil),
            ("type.googleapis.com/google.rpc.BadRequest", nil),
            ("", nil),
        ] as [(String, UInt64?)])
    func types(_ type: String, _ delay: UInt64?) {
        #expect(Self.retry("0a02 0801", type: type)?.retryDelay == delay)
    }

    @Test("RetryInfo is found among other details, its type behind its value")
    func amongOthers() {
        let type = Array("x/google.rpc.RetryInfo".utf8)
        let value: [UInt8] = [0x12, 4, 0x0a, 2, 0x08, 2]
        let any = value + [0x0a, UInt8(type.count)] + type
        let other: [UInt8] = [0x1a, 5, 0x0a, 3, 0x61, 0x2f, 0x62]
        let status = other + [0x1a, UInt8(any.count)] + any + other + [0x1a, 0]
        #expect(status.withUnsafeBytes { RPCStatus(protobuf: $0) } == RPCStatus(retryDelay: 2_000_000_000))
    }
}
