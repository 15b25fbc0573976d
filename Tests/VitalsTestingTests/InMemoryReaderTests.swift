import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct InMemoryReaderTests {
    @Test func readersOfTheirOwnDoNotSeeEachOther() {
        let first = InMemoryReader()
        let second = InMemoryReader()
        first.meter().counter("orders").add(1)
        #expect(first.counter("orders") == 1)
        #expect(second.counter("orders") == nil)
    }

    @Test func questionsNameASeriesExactly() {
        let reader = InMemoryReader()
        reader.meter().counter("orders").add(3, ["a": "b"])
        #expect(reader.counter("orders", ["a": "b"]) == 3)
        #expect(reader.counter("orders") == nil)
        #expect(reader.counter("orders", ["a": "b", "c": 1]) == nil)
        #expect(reader.counter("others", ["a": "b"]) == nil)
    }

    @Test func aPointTellsItsValueByKind() {
        let clock = ManualClock(seconds: 100)
        let reader = InMemoryReader(clock: clock.clock)
        reader.meter().gauge("depth").set(1.5)
        reader.meter().counter("orders").add(2)
        reader.meter().histogram("sizes", buckets: [1]).record(3)
        clock.advance(by: .seconds(5))
        let metrics = reader.collect()
        #expect(metrics["depth"]?[[:]]?.value == .double(1.5))
        #expect(metrics["orders"]?[[:]]?.int == 2)
        #expect(metrics["orders"]?[[:]]?.histogram == nil)
        #expect(metrics["sizes"]?[[:]]?.histogram?.buckets == [0, 1])
        #expect(metrics["sizes"]?[[:]]?.number == nil)
        #expect(metrics["orders"]?.time == 105_000_000_000)
        #expect(metrics["orders"]?[[:]]?.start == 100_000_000_000)
    }

    @Test func aFailedDeliveryIsToldAgain() {
        let reader = InMemoryReader(temporality: .delta)
        let counter = reader.meter().counter("orders")
        counter.add(1)
        #expect(reader.collectWithoutCommit()["orders"]?[[:]]?.int == 1)
        counter.add(2)
        #expect(reader.collect()["orders"]?[[:]]?.int == 3)
        #expect(reader.collect().isEmpty)
    }

    @Test func aClockStandsStillUntilItIsMoved() {
        let clock = ManualClock(seconds: 10)
        #expect(clock.now == 10_000_000_000)
        clock.advance(by: .milliseconds(1500))
        #expect(clock.now == 11_500_000_000)
        clock.advance(by: .seconds(-1))
        #expect(clock.now == 10_500_000_000)
    }
}
