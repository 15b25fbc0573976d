import Testing

@testable import VitalsInstrumentation

struct SystemTextTests {
    @Test(
        arguments: [
            ("0", 0), ("42", 42), ("00042", 42), ("18446744073709551615", .max), ("18446744073709551616", nil),
            ("99999999999999999999999", nil), ("", nil), ("-1", nil), ("+1", nil), ("1.5", nil), ("1 ", nil),
            ("max", nil),
            ("١", nil),
        ] as [(String, UInt64?)])
    func numbersAreDecimalDigitsThatFit(text: String, number: UInt64?) {
        #expect(text.systemText.number == number)
    }

    @Test(
        arguments: [
            ("4096\n", 4096), ("  4096  \n", 4096), ("4096", 4096), ("max\n", nil), ("", nil), ("\n", nil),
            ("1 2\n", nil),
            ("\0\0", nil),
        ] as [(String, UInt64?)])
    func aFileOfOneNumberHasNothingElse(text: String, number: UInt64?) {
        #expect(text.systemText.onlyNumber == number)
    }

    @Test(
        arguments: [
            ("a 1\nb 2\nc 3\n", 2), ("b: 2\n", 2), ("b:\t2 \n", 2), ("a 1\nb 2", 2), ("bb 1\nb 2\n", 2),
            ("b\nb 2\n", nil),
            ("b x\n", nil), ("b 2 3\n", nil), ("b:: 2\n", nil), ("", nil), ("\n\n\n", nil), ("a b 2\n", nil),
        ] as [(String, UInt64?)])
    func aNumberIsFoundByTheWordBeforeIt(text: String, number: UInt64?) {
        #expect(text.systemText.number(of: "b") == number)
    }

    @Test func wordsAreCountedFromZero() {
        let text = "  one\ttwo \n three".systemText
        #expect(
            (0...3).map { text.word($0).map { String(decoding: $0, as: UTF8.self) } } == ["one", "two", "three", nil])
    }

    @Test func linesMayBeEmpty() {
        var text = "a\n\nb".systemText
        var lines: [String] = []
        while let line = text.takeLine() { lines.append(String(decoding: line, as: UTF8.self)) }
        #expect(lines == ["a", "", "b"])
    }
}
