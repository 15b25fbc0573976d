import Testing

@testable import VitalsTracing

@Suite struct PercentEncodingTests {
    static let decoded: [(bytes: String, text: String)] = [
        ("", ""), ("a", "a"), ("%41", "A"), ("a%20b%2Cc", "a b,c"), ("%c3%a9", "é"), ("%C3%A9", "é"),
        ("%e2%82%ac", "€"), ("%F0%9F%98%80", "😀"), ("%00", "\0"), ("%25", "%"), ("%2541", "%41"), ("a+b", "a+b"),
        // Not two digits.
        ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%4g", "%4g"), ("%%41", "%A"), ("100%", "100%"), ("%-1", "%-1"),
        // Not UTF-8.
        ("%ff", "\u{FFFD}"), ("a%C3b", "a\u{FFFD}b"), ("%C3%28", "\u{FFFD}("),
        ("%ED%A0%80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("%C0%80", "\u{FFFD}\u{FFFD}"),
    ]

    @Test(arguments: decoded)
    func textIsDecoded(_ row: (bytes: String, text: String)) {
        #expect(row.bytes.withHeaderBytes(PercentEncoding.decoded) == row.text)
    }

    @Test func bytesAreEncodedUnlessTheyArePlain() {
        var bytes: [UInt8] = []
        PercentEncoding.append("aé\0~", to: &bytes) { $0 == UInt8(ascii: "a") }
        #expect(String(decoding: bytes, as: UTF8.self) == "a%C3%A9%00%7E")
    }
}
