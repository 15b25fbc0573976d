import Testing

@testable import VitalsInstrumentation

struct ProcessStatisticsTests {
    /// Everything after the name: 7 threads, begun in tick 4200.
    private static let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 7 0 4200 23 24 25"

    @Test(arguments: [
        "shop", "a b", "(", ")", "a) S 1 (b", ") S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 99 0 98 (", "a\nb\n",
        "\u{FF}", "",
    ])
    func theNameOfTheProgramMayBeAnything(name: String) throws {
        let statistics = try #require(ProcessStatistics("42 (\(name)) \(Self.rest)\n".systemText))
        #expect((statistics.threads, statistics.start) == (7, 4200))
    }

    @Test(arguments: [
        "", "42", "42 (shop", "42 (shop)", "42 (shop) S", ")", "))))",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 7 0",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 -7 0 4200",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 0 0 4200",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 7 0 99999999999999999999",
    ])
    func whatIsNoSuchTextIsNothing(text: String) {
        #expect(ProcessStatistics(text.systemText) == nil)
    }
}
