import Testing

@testable import VitalsOTLP

@Suite("Tables of gRPC")
struct GRPCTablesTests {
    @Test(
        "A timeout is written in the finest unit with at most eight digits, rounded up",
        arguments: [
            (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"), (100_000_001, "100001u"),
            (10_000_000_000, "10000000u"), (99_999_999_001, "100000m"), (3_600_000_000_000, "3600000m"),
            (99_999_999_000_000_001, "1666667M"), (1 << 62, "76861434M"), (.max, "5124096H"),
        ] as [(UInt64, String)])
    func timeouts(_ nanoseconds: UInt64, _ text: String) {
        #expect(GRPCTimeout.text(nanoseconds) == text)
    }

    @Test(
        "A timeout is read",
        arguments: [
            ("1n", 1), ("99999999H", .max), ("10S", 10_000_000_000), ("2M", 120_000_000_000), ("5m", 5_000_000),
            ("7u", 7000), ("0S", 0), ("", nil), ("S", nil), ("1", nil), ("123456789S", nil), ("1s", nil), ("-1S", nil),
            ("1 S", nil),
        ] as [(String, UInt64?)])
    func readTimeouts(_ text: String, _ nanoseconds: UInt64?) {
        #expect(GRPCTimeout.nanoseconds(Array(text.utf8)) == nanoseconds)
    }

    @Test(
        "A status is a known number, or UNKNOWN",
        arguments: [
            ("0", 0), ("14", 14), ("16", 16), ("17", 2), ("99", 2), ("", 2), ("x", 2), ("-1", 2), ("100", 2), ("1 ", 2),
        ])
    func statuses(_ text: String, _ code: Int) {
        #expect(GRPCStatus.code(Array(text.utf8)) == code)
    }

    @Test(
        "Statuses of HTTP stand for statuses of gRPC",
        arguments: [
            (400, "INTERNAL"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "UNIMPLEMENTED"),
            (429, "UNAVAILABLE"), (431, "INTERNAL"), (502, "UNAVAILABLE"), (503, "UNAVAILABLE"), (504, "UNAVAILABLE"),
            (500, "UNKNOWN"), (200, "UNKNOWN"), (302, "UNKNOWN"), (0, "UNKNOWN"),
        ])
    func http(_ status: Int, _ name: String) {
        #expect(GRPCStatus.name(GRPCStatus.code(http: status)) == name)
    }

    @Test(
        "Errors of HTTP/2 stand for statuses of gRPC",
        arguments: [
            (0, "INTERNAL"), (1, "INTERNAL"), (2, "INTERNAL"), (3, "INTERNAL"), (4, "INTERNAL"), (6, "INTERNAL"),
            (7, "UNAVAILABLE"), (8, "CANCELLED"), (9, "INTERNAL"), (10, "INTERNAL"), (11, "RESOURCE_EXHAUSTED"),
            (12, "PERMISSION_DENIED"), (13, "INTERNAL"), (99, "INTERNAL"),
        ] as [(UInt32, String)])
    func http2(_ error: UInt32, _ name: String) {
        #expect(GRPCStatus.name(GRPCStatus.code(http2: error)) == name)
    }

    @Test("What may help follows the table of OTLP", arguments: 1...16)
    func remedies(_ code: Int) {
        let later = [1, 4, 10, 11, 14, 15]
        let expected: ExportFailure.Remedy =
            later.contains(code) ? .later : code == 8 ? .smaller : code == 16 ? .credentials : .none
        #expect(GRPCStatus.remedy(code, isThrottled: false) == expected)
        #expect(GRPCStatus.remedy(code, isThrottled: true) == (code == 8 ? .later : expected))
    }

    @Test(
        "A message is decoded, whatever it is",
        arguments: [
            ("plain text", "plain text"), ("100%25 %C3%BCbel", "100% übel"), ("%c3%bc", "ü"), ("%", "%"), ("%4", "%4"),
            ("%zz", "%zz"), ("a%2", "a%2"), ("%FF", "\u{FFFD}"), ("", ""), ("%%41", "%A"),
        ])
    func messages(_ encoded: String, _ text: String) {
        #expect(GRPCText.message(Array(encoded.utf8)) == text)
    }

    @Test("Words of a peer make one line of bounded length")
    func lines() {
        #expect(GRPCText.line("a\nb\r\u{1B}[1m\u{2028}c") == "a b  [1m c")
        #expect(GRPCText.line(String(repeating: "x", count: 5000)).count == 1024)
    }

    @Test(
        "Base64 is written without padding and read with or without",
        arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("ÿþ>", "w7/Dvj4")])
    func base64(_ text: String, _ encoded: String) {
        #expect(GRPCBase64.encode(text.utf8) == encoded)
        #expect(GRPCBase64.decode(Array(encoded.utf8)) == Array(text.utf8))
        let padded = encoded + String(repeating: "=", count: (4 - encoded.count % 4) % 4)
        #expect(GRPCBase64.decode(Array(padded.utf8)) == Array(text.utf8))
    }

    @Test("What is no base64 is refused", arguments: ["A", "Zg=", "Zg===", "Z=g=", "Zm9v=", "a b c d", "Zg=a", "-_-_"])
    func noBase64(_ text: String) {
        #expect(GRPCBase64.decode(Array(text.utf8)) == nil)
    }
}
