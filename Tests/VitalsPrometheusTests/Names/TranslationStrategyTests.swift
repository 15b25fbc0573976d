import Testing
import VitalsPrometheus

@Suite struct TranslationStrategyTests {
    @Test func strategiesDiffer() {
        let all: Set<TranslationStrategy> = [
            .underscoreEscapingWithSuffixes, .underscoreEscapingWithoutSuffixes, .noUTF8EscapingWithSuffixes,
            .noTranslation,
        ]
        #expect(all.count == 4)
    }
}
