import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct CumulativeTests {
    private let clock = ManualClock()
    private let reader: InMemoryReader

    init() {
        reader = InMemoryReader(clock: clock.clock)
    }

    @Test func seriesAreReportedAgainWithoutNewMeasurements() {
        let meter = reader.meter()
        meter.counter("counter").add(2, ["a": 1])
        meter.upDownCounter("level").add(-2)
        meter.gauge("gauge").set(7)
        meter.histogram("sizes", buckets: [1]).record(3)
        for _ in 0..<3 {
            let collected = reader.collect()
            #expect(collected["counter"]?[["a": 1]]?.int == 2)
            #expect(collected["level"]?[[:]]?.int == -2)
            #expect(collected["gauge"]?[[:]]?.number == 7)
            #expect(collected["sizes"]?[[:]]?.histogram?.buckets == [0, 1])
        }
    }

    @Test func aSeriesStartsAtItsFirstMeasurementAndStaysThere() {
        let counter = reader.meter().counter("counter")
        let early = counter.with(["a": 1])
        clock.advance(by: .seconds(5))
        early.add(1)
        clock.advance(by: .seconds(5))
        counter.add(1, ["a": 2])
        for second in 1...3 as ClosedRange<UInt64> {
            clock.advance(by: .seconds(10))
            early.add(1)
            counter.add(1, ["a": 2])
            let metric = reader.collect()["counter"]
            #expect(metric?.time == at(10 + 10 * second))
            #expect(metric?[["a": 1]]?.start == at(5))
            #expect(metric?[["a": 2]]?.start == at(10))
        }
    }

    @Test func aSeriesWithoutMeasurementIsNotReported() {
        let counter = reader.meter().counter("counter")
        let kept = counter.with(["a": 1])
        #expect(reader.collect().isEmpty)
        kept.add(0)
        #expect(reader.collect()["counter"]?.labels == [["a": 1]])
    }

    @Test func failedCollectionsDoNotMatter() {
        let counter = reader.meter().counter("counter")
        clock.advance(by: .seconds(5))
        counter.add(1)
        clock.advance(by: .seconds(5))
        _ = reader.collectWithoutCommit()
        counter.add(1)
        let point = reader.collectWithoutCommit()["counter"]?[[:]]
        #expect(point?.int == 2)
        #expect(point?.start == at(5))
    }

    @Test func aClockThatGoesBackNeverPutsTheStartBehindTheEnd() {
        let counter = reader.meter().counter("counter")
        clock.advance(by: .seconds(60))
        counter.add(1)
        clock.advance(by: .seconds(-30))
        let metric = reader.collect()["counter"]
        #expect((metric?[[:]]?.start ?? .max) <= (metric?.time ?? 0))
    }

    @Test func pointsOfGaugesHoldTheLastValue() {
        let gauge = reader.meter().gauge("gauge", of: Int.self)
        for value in [1, 5, 3] { gauge.set(value) }
        #expect(reader.collect()["gauge"]?[[:]]?.int == 3)
        gauge.set(-4)
        #expect(reader.collect()["gauge"]?[[:]]?.int == -4)
    }
}
