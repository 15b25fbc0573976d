import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct TraceStateHeaderTests {
    private static func long(_ count: Int) -> String { String(repeating: "z", count: count) }

    private static func members(_ count: Int) -> String { (0..<count).map { "k\($0)=\($0)" }.joined(separator: ",") }

    static let valid: [(header: String, text: String)] = [
        ("", ""), (" ", ""), (",", ""), (" , ,\t,", ""), ("foo=1", "foo=1"), ("foo=1,bar=2", "foo=1,bar=2"),
        ("foo=1,", "foo=1"), (",foo=1", "foo=1"), ("foo=1,,bar=2", "foo=1,bar=2"),
        ("foo=1 , bar=2", "foo=1,bar=2"), ("foo=1\t,\tbar=2", "foo=1,bar=2"),
        (" foo=1 \t , \t bar=2 \t ", "foo=1,bar=2"),
        // Leading blanks are of the value, trailing ones are not.
        ("foo= 1", "foo= 1"), ("foo= 1 ,bar=2", "foo= 1,bar=2"),
        // The grammar of keys.
        ("0=1", "0=1"), ("9a=1", "9a=1"), ("tenant@system=1", "tenant@system=1"), ("a@b@c=1", "a@b@c=1"),
        ("foo-_*/bar=bar4", "foo-_*/bar=bar4"), ("\(long(256))=1", "\(long(256))=1"),
        ("\(long(241))@\(long(14))=1", "\(long(241))@\(long(14))=1"), ("foo=\(long(256))", "foo=\(long(256))"),
        ("foo=!\"#$%&'()*+-./0123456789:;<>?@ABC[\\]^_`{|}~", "foo=!\"#$%&'()*+-./0123456789:;<>?@ABC[\\]^_`{|}~"),
        // The first of two counts.
        ("foo=1,foo=1", "foo=1"), ("foo=1,bar=2,foo=3", "foo=1,bar=2"),
        (members(32), members(32)), (members(32) + ",,", members(32)),
    ]

    @Test(arguments: valid)
    func aValidHeaderIsRead(_ row: (header: String, text: String)) throws {
        let state = try #require(TraceState(row.header))
        #expect(state.description == row.text)
        #expect(state.isEmpty == row.text.isEmpty)
    }

    static let invalid = [
        "foo", "=", "=1", "foo=", "foo= ", "foo=,bar=2", "foo=\t", "foo =1", "foo\t=1", "fo o=1", "FOO=1", "foo.bar=1",
        "@foo=1", "_foo=1", "-foo=1", "*foo=1", "/foo=1", "foo=bar=baz", "foo==", "foo=1;bar=2,x", "foo=1,bar",
        "foo=a\tb", "foo=\u{1}", "foo=\u{7F}", "foo=é", "é=1", "foo\u{0}=1", "\(long(257))=1", "foo=\(long(257))",
        members(33), members(32) + ",k0=0", "foo=1,BAR=2", "foo=1 bar=2",
    ]

    @Test(arguments: invalid)
    func ofAnInvalidHeaderNothingCounts(_ header: String) {
        #expect(TraceState(header) == nil)
    }

    @Test func severalHeadersAreOneList() {
        #expect(TraceState(headers: [])?.isEmpty == true)
        #expect(TraceState(headers: ["a=1,b=2", "", "a=3,c=4"])?.description == "a=1,b=2,c=4")
        #expect(TraceState(headers: ["a=1", "b"]) == nil)
        #expect(TraceState(headers: [Self.members(20), "x=1"])?.count == 21)
        #expect(TraceState(headers: [Self.members(20), Self.members(12)])?.count == 20)
        #expect(TraceState(headers: [Self.members(20), Self.members(13)]) == nil)
    }

    /// The lengths of members, and which of them go on.
    static let lengths: [(all: [Int], kept: [Int])] = [
        ([], []), ([512], [0]), ([513], []), ([100, 100, 100, 100, 108], [0, 1, 2, 3, 4]),
        // With commas 513: the last one goes.
        ([100, 100, 100, 100, 109], [0, 1, 2, 3]),
        // Those of more than 128 go first, from the end.
        ([129, 128, 128, 128], [1, 2, 3]), ([128, 128, 128, 129], [0, 1, 2]), ([200, 10, 200, 10, 200], [0, 1, 2, 3]),
        ([400, 10, 400, 10, 10], [0, 1, 3, 4]), ([300, 100, 100, 100, 100, 100], [1, 2, 3, 4, 5]),
        ([300] + Array(repeating: 100, count: 6), [1, 2, 3, 4, 5]),
        // No more than needed.
        ([129, 129, 129, 129, 10], [0, 1, 2, 4]),
    ]

    @Test(arguments: lengths)
    func whatGoesOnIsShortenedByWholeMembers(_ row: (all: [Int], kept: [Int])) {
        var state = TraceState()
        for (place, length) in row.all.enumerated().reversed() {
            let key = length > 257 ? "k\(place)" + String(repeating: "x", count: 254) : "k\(place)"
            state = state.setting(key, String(repeating: "v", count: length - key.utf8.count - 1))
        }
        #expect(state.count == row.all.count)
        let trimmed = state.trimmed()
        #expect(trimmed.map { $0.key.prefix(2) } == row.kept.map { "k\($0)" })
        #expect(trimmed.description.utf8.count <= 512)
    }

    @Test func thatItIsShortenedIsSaidOnce() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            var state = TraceState()
            for number in 0..<10 { state = state.setting("k\(number)", String(repeating: "v", count: 97)) }
            for _ in 0..<3 { #expect(state.trimmed().count == 5) }
            #expect(
                heard.withLock { $0 } == [
                    """
                    warning: a tracestate of more than 512 characters was shortened before it was sent: 5 of its 10 \
                    members were left out; nothing more is said about it
                    """
                ])
        }
    }
}
