import Testing

@testable import storefront

@Suite struct LoadPaceTests {
    @Test func soManyAreDueASecond() {
        var pace = LoadPace(rate: 150)
        var due = 0
        for step in 1...1000 { due += pace.due(after: .milliseconds(10 * step)) }
        #expect(due == 1500)
        #expect(pace.due(after: .seconds(10)) == 0)
    }

    @Test func aShortPauseIsMadeUpForAndALongOneIsNot() {
        var pace = LoadPace(rate: 100)
        #expect(pace.due(after: .milliseconds(500)) == 50)
        #expect(pace.due(after: .milliseconds(1500)) == 100)
        #expect(pace.due(after: .seconds(30_000)) == 0)
        #expect(pace.due(after: .seconds(30_000) + .milliseconds(250)) == 25)
        #expect(pace.due(after: .seconds(30_001) + .milliseconds(250)) == 100)
    }
}
