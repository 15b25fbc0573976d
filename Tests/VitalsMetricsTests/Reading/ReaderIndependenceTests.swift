import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// Readers with different temporalities and rhythms read the same cells.
@Suite struct ReaderIndependenceTests {
    private let clock = ManualClock()
    private let cumulative: InMemoryReader
    private let delta: InMemoryReader
    private let slow: InMemoryReader

    init() {
        cumulative = InMemoryReader(clock: clock.clock)
        delta = InMemoryReader(cumulative.registry, temporality: .delta)
        slow = InMemoryReader(cumulative.registry, temporality: .lowMemory)
    }

    @Test func eachReaderKeepsItsOwnBaseline() {
        let counter = cumulative.meter().counter("counter")
        counter.add(1)
        #expect(delta.collect()["counter"]?[[:]]?.int == 1)
        counter.add(2)
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 3)
        #expect(delta.collect()["counter"]?[[:]]?.int == 2)
        counter.add(4)
        #expect(slow.collect()["counter"]?[[:]]?.int == 7)
        #expect(delta.collect()["counter"]?[[:]]?.int == 4)
        #expect(slow.collect()["counter"] == nil)
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 7)
    }

    @Test func theFailureOfOneIsNotTheFailureOfAnother() {
        let sizes = cumulative.meter().histogram("sizes", buckets: [1])
        sizes.record(1)
        _ = delta.collectWithoutCommit()
        _ = slow.collect()
        sizes.record(2)
        #expect(delta.collect()["sizes"]?[[:]]?.histogram?.buckets == [1, 1])
        #expect(slow.collect()["sizes"]?[[:]]?.histogram?.buckets == [0, 1])
        #expect(cumulative.collect()["sizes"]?[[:]]?.histogram?.buckets == [1, 1])
    }

    @Test func startsAreThoseOfTheReadersOwnCollections() {
        let counter = cumulative.meter().counter("counter")
        clock.advance(by: .seconds(1))
        counter.add(1)
        clock.advance(by: .seconds(9))
        _ = delta.collect()
        clock.advance(by: .seconds(10))
        counter.add(1)
        #expect(cumulative.collect()["counter"]?[[:]]?.start == at(1))
        #expect(delta.collect()["counter"]?[[:]]?.start == at(10))
        #expect(slow.collect()["counter"]?[[:]]?.start == at(0))
    }

    @Test func callbacksRunOnceForEachCollectionOfEachReader() {
        let runs = Tally()
        let meter = cumulative.meter()
        let first = meter.observableCounter("first")
        let second = meter.observableGauge("second")
        meter.observe(first, second) {
            let run = runs.add()
            $0.observe(first, run)
            $0.observe(second, Double(run))
        }
        let one = cumulative.collect()
        #expect(runs.count == 1)
        #expect(one["first"]?[[:]]?.int == 1)
        #expect(delta.collect()["second"]?[[:]]?.number == 2)
        #expect(slow.collect()["first"]?[[:]]?.int == 3)
        #expect(runs.count == 3)
        #expect(delta.collect()["first"]?[[:]]?.int == 2)
        #expect(cumulative.collect()["first"]?[[:]]?.int == 5)
        #expect(runs.count == 5)
    }

    @Test func aReaderThatComesLateReportsAllThereIs() {
        let counter = cumulative.meter().counter("counter")
        counter.add(5)
        _ = delta.collect()
        let late = InMemoryReader(cumulative.registry, temporality: .delta)
        #expect(late.collect()["counter"]?[[:]]?.int == 5)
        #expect(delta.collect()["counter"] == nil)
    }

    @Test func aReaderThatLeavesTakesNothingAlong() {
        let counter = cumulative.meter().counter("counter")
        counter.add(5)
        _ = delta.collectWithoutCommit()
        delta.shutdown()
        counter.add(1)
        #expect(slow.collect()["counter"]?[[:]]?.int == 6)
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 6)
    }

    @Test func readersThatCollectAtTheSameTimeEachSeeEverythingOnce() {
        let counter = cumulative.meter().counter("counter")
        let total = Tally()
        let crew = Crew.start(4) { [delta, slow] number in
            if number < 2 {
                for _ in 0..<30_000 { counter.add(1) }
            } else {
                let reader = number == 2 ? delta : slow
                var mine = 0
                for _ in 0..<100 { mine += reader.collect()["counter"]?.total ?? 0 }
                total.add(mine)
            }
        }
        #expect(crew.join())
        for reader in [delta, slow] { total.add(reader.collect()["counter"]?.total ?? 0) }
        #expect(total.count == 120_000)
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 60_000)
    }
}
