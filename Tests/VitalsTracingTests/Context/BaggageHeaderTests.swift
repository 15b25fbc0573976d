import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct BaggageHeaderTests {
    /// A header, and what is read from it: `name|value|metadata`.
    static let headers: [(header: String, entries: [String])] = [
        ("", []), (",", []), (" \t, ,", []), ("a=1", ["a|1|"]), ("a=1,b=2", ["a|1|", "b|2|"]),
        // Blanks around everything.
        (" a\t=\t1 , b = 2 ; p ; q = r ", ["a|1|", "b|2|p ; q = r"]),
        ("a=1,,b=2,", ["a|1|", "b|2|"]),
        // Values: empty, with signs of their own, encoded.
        ("a=", ["a||"]), ("a=b=c", ["a|b=c|"]), ("a==", ["a|=|"]), ("a=1+2", ["a|1+2|"]),
        ("a=%20b%2c", ["a| b,|"]), ("a=%C3%A9", ["a|é|"]), ("a=%F0%9F%98%80", ["a|😀|"]), ("a=%25", ["a|%|"]),
        ("a=%", ["a|%|"]), ("a=100%;p", ["a|100%|p"]), ("a=%ff", ["a|\u{FFFD}|"]),
        ("a=!#$&'()*+-./:<=>?@[]^_`{|}~", ["a|!#$&'()*+-./:<=>?@[]^_`{|}~|"]),
        // Names: tokens, whose case counts, encoded.
        ("a!#$&'*+-.^_`|~9=1", ["a!#$&'*+-.^_`|~9|1|"]), ("A=1,a=2", ["A|1|", "a|2|"]), ("%C3%A9=1", ["é|1|"]),
        // Metadata is not looked into.
        ("a=1;ttl=60;private", ["a|1|ttl=60;private"]), ("a=1;", ["a|1|"]), ("a=1;;x", ["a|1|;x"]),
        ("a=1;p=%20", ["a|1|p=%20"]), ("a;b=1", []), ("a=1;p=v=w", ["a|1|p=v=w"]),
        // The later of two counts, where the first was.
        ("a=1,b=2,a=3;m", ["a|3|m", "b|2|"]), ("a=1;m,a=2", ["a|2|"]),
        // A malformed member is left out.
        ("a", []), ("a,b=2", ["b|2|"]), ("=1,b=2", ["b|2|"]), (" =1", []), ("a b=1,b=2", ["b|2|"]),
        ("a(=1,b=2", ["b|2|"]), ("é=1,b=2", ["b|2|"]), ("a=é,b=2", ["b|2|"]), ("a=b c,b=2", ["b|2|"]),
        ("a=\"b\",b=2", ["b|2|"]), ("a=b\\,b=2", ["b|2|"]), ("a=\u{1},b=2", ["b|2|"]), ("a=\u{7F},b=2", ["b|2|"]),
        ("a=1;\"p\",b=2", ["b|2|"]), ("a=1;p\\,b=2", ["b|2|"]), ("a=1;é,b=2", ["b|2|"]), ("a=1\r\nx: y,b=2", ["b|2|"]),
    ]

    @Test(arguments: headers)
    func aHeaderIsRead(_ row: (header: String, entries: [String])) {
        let baggage = Baggage(headers: [row.header])
        #expect(baggage.map { "\($0.name)|\($0.value)|\($0.metadata)" } == row.entries)
        // And what is written is read the same.
        #expect(Baggage(headers: [baggage.header]) == baggage)
    }

    static let written: [(name: String, value: String, metadata: String, header: String)] = [
        ("a", "1", "", "a=1"), ("a", "", "", "a="), ("a", "é,;= \\\"%+", "", "a=%C3%A9%2C%3B=%20%5C%22%25+"),
        ("a", "\0\r\n\u{7F}", "", "a=%00%0D%0A%7F"), ("a", "😀", "", "a=%F0%9F%98%80"),
        ("a b", "1", "", "a%20b=1"), ("é", "1", "", "%C3%A9=1"), ("a%41", "1", "", "a%2541=1"),
        ("a=", "1", "", "a%3D=1"),
        ("a", "1", "ttl=60;private", "a=1;ttl=60;private"), ("a", "1", "p=%20; q", "a=1;p=%20; q"),
        // Nobody gets a second member or header in.
        ("a", "1", "p,b=2", "a=1;p%2Cb=2"), ("a", "1", "p\r\nx: y", "a=1;p%0D%0Ax: y"), ("a", "1,b=2", "", "a=1%2Cb=2"),
        ("a=1,b", "2", "", "a%3D1%2Cb=2"),
    ]

    @Test(arguments: written)
    func anEntryIsWritten(_ row: (name: String, value: String, metadata: String, header: String)) {
        var baggage = Baggage()
        baggage.set(row.value, for: row.name, metadata: row.metadata)
        #expect(baggage.header == row.header)
        let read = Baggage(headers: [row.header])
        #expect(read[row.name] == row.value)
        #expect(read.count == 1)
    }

    @Test func everyCharacterArrivesAsItWas() {
        var baggage = Baggage()
        for code in UInt32(0)...0x2FF {
            guard let scalar = Unicode.Scalar(code) else { continue }
            baggage = ["n\(scalar)n": "v\(scalar)"]
            #expect(Baggage(headers: [baggage.header]) == baggage)
        }
    }

    @Test func theOrderIsKept() {
        let baggage: Baggage = ["z": "1", "b": "2", "a": "3"]
        #expect(baggage.header == "z=1,b=2,a=3")
        #expect(Baggage(headers: ["z=1", "b=2,a=3"]).header == "z=1,b=2,a=3")
    }

    private static func text(_ count: Int) -> String { String(repeating: "v", count: count) }

    private static func members(_ numbers: Range<Int>) -> String {
        numbers.map { "k\($0)=\($0)" }.joined(separator: ",")
    }

    @Test func allOf64MembersAnd8192BytesAreReadAndWritten() {
        let members = Baggage(headers: [Self.members(0..<64)])
        #expect(members.count == 64)
        #expect(members.header == Self.members(0..<64))
        let bytes = "a=\(Self.text(8000)),b=\(Self.text(8192 - 8002 - 3))"
        #expect(bytes.utf8.count == 8192)
        #expect(Baggage(headers: [bytes]).header == bytes)
        #expect(Baggage(headers: bytes.split(separator: ",").map(String.init)).header == bytes)
    }

    /// Headers, and how many members are read.
    static let tooMuch: [(headers: [String], count: Int)] = [
        ([members(0..<65)], 64), ([members(0..<40), members(40..<80)], 64), ([members(0..<64), "x=1"], 64),
        (["a=\(text(8191))"], 0), (["a=1,b=\(text(8187))"], 1), (["a=1,b=\(text(8187)),c=1"], 1),
        (["a=1", "b=\(text(8187))"], 1), (["a=\(text(8190)),b=1"], 1), (["a=\(text(8190))", "b=1", "c=1"], 1),
        (["a=\(text(8189)),b=1"], 1), ([String(repeating: ",", count: 8192) + "a=1"], 0),
        ([String(repeating: "a=1,", count: 1_000_000)], 1),
        (Array(repeating: "a=1", count: 100_000), 1),
    ]

    @Test(arguments: tooMuch)
    func nothingIsReadBeyondTheLimits(_ row: (headers: [String], count: Int)) {
        #expect(Baggage(headers: row.headers).count == row.count)
    }

    @Test func membersThatDoNotFitAreLeftOutWhole() {
        var baggage: Baggage = ["a": "1", "b": Self.text(8192), "c": Self.text(8180), "d": Self.text(5), "e": "1"]
        // "a=1", "c=…" and "e=1" have 3, 8182 and 3 bytes, and two commas.
        #expect(baggage.header == "a=1,c=\(Self.text(8180)),e=1")
        baggage = [:]
        for number in 0..<70 { baggage["k\(number)"] = "\(number)" }
        #expect(baggage.header == Self.members(0..<64))
        // Encoded, it is three times as long.
        baggage = ["a": String(repeating: "é", count: 2000), "b": "1"]
        #expect(baggage.header == "b=1")
        baggage = ["a": Self.text(1_000_000)]
        #expect(baggage.header == "")
    }

    @Test func whatIsLeftOutIsSaidOnce() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            var baggage = Baggage()
            for number in 0..<70 { baggage["k\(number)"] = "1" }
            for _ in 0..<3 { _ = baggage.header }
            for _ in 0..<3 { _ = Baggage(headers: [baggage.header + ",x=1"]) }
            _ = Baggage(headers: [baggage.header])
            #expect(
                heard.withLock { $0 } == [
                    """
                    warning: a request may have 64 members and 8192 bytes of baggage: 6 of 70 members were not sent, put \
                    less into it; nothing more is said about it
                    """,
                    """
                    warning: a request came with more baggage than 64 members or 8192 bytes: the members beyond that were \
                    left out; nothing more is said about it
                    """,
                ])
        }
    }
}
