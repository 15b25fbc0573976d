import Testing
import VitalsMetrics

@Suite struct WildcardTests {
    @Test(arguments: [
        ("", "", true), ("*", "", true), ("?", "", false), ("GET /*", "GET /orders", true), ("get /*", "GET /", false),
        ("caf?", "café", true), ("?", "é", true), ("??", "é", false), ("*?", "é", true), ("*??b", "éb", false),
        ("*??b", "aéb", true), ("?👋?", "«👋»", true), ("*é", "café", true), ("é*", "è", false),
    ])
    func aQuestionMarkIsOneCharacterAndAStarAnyNumber(pattern: String, name: String, expected: Bool) {
        #expect(Wildcard.matches(pattern, name) == expected)
    }

    @Test func aPatternOfManyStarsIsMatchedInNoTime() {
        let pattern = String(repeating: "a*", count: 60) + "b"
        #expect(!Wildcard.matches(pattern, String(repeating: "a", count: 20_000)))
    }
}
