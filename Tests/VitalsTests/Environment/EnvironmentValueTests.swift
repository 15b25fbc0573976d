import Testing

@testable import Vitals

/// How single values are read.
@Suite struct EnvironmentValueTests {
    private func read<Value>(_ text: String, _ read: (Environment) -> Value) -> (value: Value, warnings: [String]) {
        let said = Said()
        return (read(said.environment(["V": text])), said.warnings)
    }

    @Test(arguments: [("true", true), ("TRUE", true), ("True", true), ("false", false), ("FALSE", false)])
    func trueAndFalseAreBooleansWhateverTheirCase(text: String, value: Bool) {
        let read = read(text) { $0.boolean("V") }
        #expect(read.value == value)
        #expect(read.warnings == [])
    }

    @Test(arguments: ["1", "yes", "on", "t", "0", "no", " true", "true "])
    func everyOtherBooleanIsFalseAndReported(text: String) {
        let read = read(text) { $0.boolean("V") }
        #expect(read.value == false)
        #expect(read.warnings == ["V is \"\(text)\", which is neither true nor false: false counts"])
    }

    @Test func anEmptyValueIsAsGoodAsNone() {
        for text in ["", nil] {
            let said = Said()
            let variables = said.environment(text.map { ["V": $0] } ?? [:])
            #expect(variables.boolean("V") == nil)
            #expect(!variables.isTurnedOff("V"))
            #expect(variables.integer("V", default: "1") == nil)
            #expect(variables.interval("V", default: "1") == nil)
            #expect(variables.timeout("V", default: "1") == nil)
            #expect(variables.ratio("V", default: "1") == nil)
            #expect(variables.choice("V", among: [("a", 1)], default: "a") == nil)
            #expect(variables.list("V") == nil)
            #expect(variables.headers("V") == nil)
            #expect(variables.resourceAttributes("V").isEmpty)
            #expect(said.warnings == [])
        }
    }

    @Test(arguments: [("false", true), ("False", true), ("true", false)])
    func onlyTheWordFalseTurnsASwitchOff(text: String, isOff: Bool) {
        let read = read(text) { $0.isTurnedOff("V") }
        #expect(read.value == isOff)
        #expect(read.warnings == [])
    }

    @Test(arguments: ["0", "no", "off", "1"])
    func aSwitchThatSaysSomethingElseStaysOnAndIsReported(text: String) {
        let read = read(text) { $0.isTurnedOff("V") }
        #expect(!read.value)
        #expect(read.warnings == ["V is \"\(text)\", which is neither true nor false: true counts"])
    }

    @Test(arguments: [("0", 0), ("7", 7), ("007", 7), ("2147483647", 2_147_483_647)])
    func wholeNumbersAreRead(text: String, value: Int) {
        let read = read(text) { $0.integer("V", default: "5") }
        #expect(read.value == value)
        #expect(read.warnings == [])
    }

    @Test(arguments: ["-1", "+1", "1.5", "1e3", " 1", "x", "2147483648", "99999999999999999999", "0x10", "١"])
    func whatIsNoWholeNumberIsReported(text: String) {
        let read = read(text) { $0.integer("V", default: "5") }
        #expect(read.value == nil)
        #expect(
            read.warnings == ["V is \"\(text)\", which is no whole number from 0 to 2147483647: 5 counts"])
    }

    @Test func zeroIsATimeoutAndNoInterval() {
        #expect(read("0") { $0.timeout("V", default: "10") }.value == .zero)
        #expect(read("1500") { $0.timeout("V", default: "10") }.value == .milliseconds(1500))
        #expect(read("1500") { $0.interval("V", default: "10") }.value == .milliseconds(1500))
        let interval = read("0") { $0.interval("V", default: "10") }
        #expect(interval.value == nil)
        #expect(
            interval.warnings == [
                "V is \"0\", which is no whole number of milliseconds from 1 to 2147483647: 10 counts"
            ])
        let timeout = read("-1") { $0.timeout("V", default: "10") }
        #expect(timeout.value == nil)
        #expect(
            timeout.warnings == [
                "V is \"-1\", which is no whole number of milliseconds from 0 to 2147483647: 10 counts"
            ])
    }

    @Test(arguments: [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("1e-3", 0.001), (".5", 0.5), ("-0", 0.0)])
    func ratiosAreRead(text: String, value: Double) {
        let read = read(text) { $0.ratio("V", default: "1") }
        #expect(read.value == value)
        #expect(read.value?.sign == .plus)
        #expect(read.warnings == [])
    }

    @Test(arguments: ["1.0001", "-0.1", "nan", "inf", "0x1p-2", "50%", "1e999", "e"])
    func whatIsNoRatioIsReported(text: String) {
        let read = read(text) { $0.ratio("V", default: "1") }
        #expect(read.value == nil)
        #expect(read.warnings == ["V is \"\(text)\", which is no number from 0 to 1: 1 counts"])
    }

    @Test func aWordIsChosenWhateverItsCaseAndAnUnknownOneIsQuoted() {
        let choices = [("delta", 1), ("cumulative", 2), ("lowmemory", 3)]
        #expect(read("DeLtA") { $0.choice("V", among: choices, default: "cumulative") }.value == 1)
        let unknown = read("Detla") { $0.choice("V", among: choices, default: "cumulative") }
        #expect(unknown.value == nil)
        #expect(
            unknown.warnings == ["V is \"Detla\", which is not delta, cumulative or lowmemory: cumulative counts"])
    }

    @Test(arguments: [
        ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,\tb ", ["a", "b"]), (",a,,", ["a"]), (",", []), ("a b", ["a b"]),
    ])
    func listsAreCutAtCommas(text: String, members: [String]) {
        #expect(read(text) { $0.list("V") }.value == members)
    }

    @Test func aLongOrUnprintableValueIsShownShortenedAndOnOneLine() {
        #expect(Environment.quoted("a\nb\u{1B}[31m\u{9B}c\0") == "\"a\u{FFFD}b\u{FFFD}[31m\u{FFFD}c\u{FFFD}\"")
        #expect(Environment.quoted(String(repeating: "x", count: 200)) == "\"\(String(repeating: "x", count: 200))\"")
        #expect(Environment.quoted(String(repeating: "x", count: 201)) == "\"\(String(repeating: "x", count: 200))…\"")
    }
}
