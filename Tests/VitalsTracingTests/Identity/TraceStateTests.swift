import Testing
import VitalsTracing

@Suite struct TraceStateTests {
    private let state = TraceState().setting("c", "3").setting("b", "2").setting("a", "1")

    @Test func nothingIsInAnEmptyOne() {
        #expect(TraceState().isEmpty)
        #expect(TraceState().count == 0)
        #expect(TraceState()["a"] == nil)
        #expect(Array(TraceState()).isEmpty)
        #expect(TraceState().description == "")
        #expect(TraceState().removing("a") == TraceState())
    }

    @Test func membersAreFoundAndListedInTheirOrder() {
        #expect(state["b"] == "2")
        #expect(state["d"] == nil)
        #expect(state.count == 3 && !state.isEmpty)
        #expect(state.map(\.key) == ["a", "b", "c"])
        #expect(state.map(\.value) == ["1", "2", "3"])
        #expect(state.description == "a=1,b=2,c=3")
    }

    @Test func whatIsSetGoesToTheFront() {
        #expect(state.setting("d", "4").description == "d=4,a=1,b=2,c=3")
        #expect(state.setting("c", "4").description == "c=4,a=1,b=2")
        #expect(state.setting("a", "1") == state)
        #expect(state.description == "a=1,b=2,c=3")
    }

    @Test func whatIsRemovedLeavesTheOthersInOrder() {
        #expect(state.removing("b").description == "a=1,c=3")
        #expect(state.removing("x") == state)
        #expect(state.removing("a").removing("b").removing("c") == TraceState())
    }

    @Test func aMemberTooManyDropsTheLast() {
        var full = TraceState()
        for number in 0..<32 { full = full.setting("k\(number)", "v") }
        #expect(full.count == 32)
        let more = full.setting("new", "v")
        #expect(more.count == 32)
        #expect(more.map(\.key) == ["new"] + full.map(\.key).dropLast())
        #expect(full.setting("k0", "w").map(\.key) == ["k0"] + full.map(\.key).dropLast())
    }

    private static let letters = String(repeating: "x", count: 256)

    static let refused: [(key: String, value: String)] = [
        ("", "1"), ("A", "1"), ("a b", "1"), ("a.b", "1"), ("@a", "1"), ("_a", "1"), ("é", "1"), (letters + "x", "1"),
        ("a=", "1"), ("a,", "1"), ("a\n", "1"),
        ("a", ""), ("a", "1 "), ("a", " "), ("a", "1,2"), ("a", "1=2"), ("a", "1\t2"), ("a", "é"), ("a", "\u{7F}"),
        ("a", letters + "x"), ("a", "1\r\nx: y"),
    ]

    @Test(arguments: refused)
    func whatTheHeaderCouldNotCarryChangesNothing(_ row: (key: String, value: String)) {
        #expect(state.setting(row.key, row.value) == state)
        #expect(TraceState().setting(row.key, row.value).isEmpty)
    }

    static let accepted: [(key: String, value: String)] = [
        ("a", "1"), ("0", "1"), ("tenant@system", "1"), ("a_-*/@z9", "1"), (letters, letters), ("a", " 1"),
        ("a", "!~\"#;:<>?@[]{}|`"),
    ]

    @Test(arguments: accepted)
    func theHeaderCarriesWhatIsSet(_ row: (key: String, value: String)) {
        let state = TraceState().setting(row.key, row.value)
        #expect(state[row.key] == row.value)
        #expect(TraceState(state.description) == state)
    }
}
