import Testing

@testable import VitalsInstrumentation

@Suite struct EnvelopeStoredTests {
    typealias Headers = [(String, String)]

    private func stored(_ headers: Headers) -> String {
        Envelope(id: "1", destination: "orders", headers: headers).storedHeaders
    }

    private func read(_ text: String) -> Headers {
        Envelope(id: "1", destination: "orders", storedHeaders: text).headers
    }

    private func isSame(_ first: Headers, _ second: Headers) -> Bool {
        first.count == second.count && zip(first, second).allSatisfy { $0 == $1 }
    }

    static let written: [(headers: Headers, text: String)] = [
        ([], ""), ([("a", "b")], "a=b"), ([("a", "")], "a="), ([("a", "1"), ("a", "2")], "a=1&a=2"),
        ([("traceparent", "00-01-02-01")], "traceparent=00-01-02-01"),
        ([("baggage", "a=1,b=%20")], "baggage=a%3D1%2Cb%3D%2520"),
        ([("a=b&c", "d&e=f")], "a%3Db%26c=d%26e%3Df"), ([("é", "a b\n\0+'\"")], "%C3%A9=a%20b%0A%00%2B%27%22"),
        ([("-._~09azAZ", "-._~09azAZ")], "-._~09azAZ=-._~09azAZ"),
    ]

    @Test(arguments: written)
    func headersAreTextAndComeBack(_ row: (headers: Headers, text: String)) {
        #expect(stored(row.headers) == row.text)
        #expect(isSame(read(row.text), row.headers))
    }

    @Test func aHeaderWithoutANameIsNotStored() {
        #expect(stored([("", "a"), ("b", "c")]) == "b=c")
    }

    static let garbage: [(text: String, headers: Headers)] = [
        ("&", []), ("=", []), ("&&=&=&", []), ("a", []), ("a&b=c", [("b", "c")]), ("=a&b=c", [("b", "c")]),
        ("a=b=c", [("a", "b=c")]), ("a=%", [("a", "%")]), ("a=%4", [("a", "%4")]), ("%zz=%zz", [("%zz", "%zz")]),
        ("a=%ff", [("a", "\u{FFFD}")]), ("a=b&", [("a", "b")]), ("é= ü\n&b=c", [("é", " ü\n"), ("b", "c")]),
        ("{\"a\":\"b\"}", []),
    ]

    @Test(arguments: garbage)
    func ofGarbageIsReadWhatCanBe(_ row: (text: String, headers: Headers)) {
        #expect(isSame(read(row.text), row.headers))
    }

    @Test func noMoreThanSoManyHeadersAreReadAndWritten() {
        let headers = (0..<300).map { ("h\($0)", "\($0)") }
        let text = stored(headers)
        #expect(text.hasSuffix("&h255=255"))
        #expect(isSame(read(text), Array(headers.prefix(256))))
        #expect(read(headers.map { "\($0)=\($1)" }.joined(separator: "&")).count == 256)
    }

    @Test func aHeaderThatIsTooLongCostsNoOther() {
        let long = String(repeating: "x", count: 1 << 16)
        #expect(stored([("a", "1"), ("b", long), (long, "c"), ("d", "2")]) == "a=1&d=2")
        // Encoded it is too long.
        #expect(stored([("a", String(repeating: " ", count: 30_000)), ("d", "2")]) == "d=2")
    }

    @Test func whatIsCutIsNotRead() {
        let whole = "a=" + String(repeating: "x", count: 65_530)
        #expect(read(whole + "&b=1").count == 2)
        #expect(read(whole + "xxxx&b=1").map(\.0) == ["a"])
        #expect(read(whole + "xx&b=1").count == 1)
        #expect(read(whole + "x&bcd=1").map(\.0) == ["a"])
        #expect(read("a=" + String(repeating: "x", count: 70_000)).isEmpty)
        #expect(read("b=1&a=" + String(repeating: "x", count: 70_000)).map(\.0) == ["b"])
    }
}
