import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// A collection that nobody acknowledged is a failed export: its changes come again.
@Suite struct FailedDeliveryTests {
    private let clock = ManualClock()
    private let reader: InMemoryReader

    init() {
        reader = InMemoryReader(temporality: .delta, clock: clock.clock)
    }

    @Test func sumsAreRepeatedInFull() {
        let counter = reader.meter().counter("counter")
        let exact = reader.meter().counter("exact", of: Double.self)
        counter.add(1)
        exact.add(0.5)
        _ = reader.collect()
        counter.add(2)
        exact.add(0.25)
        #expect(reader.collectWithoutCommit()["counter"]?[[:]]?.int == 2)
        counter.add(4)
        let repeated = reader.collectWithoutCommit()
        #expect(repeated["counter"]?[[:]]?.int == 6)
        #expect(repeated["exact"]?[[:]]?.number == 0.25)
        #expect(reader.collect()["counter"]?[[:]]?.int == 6)
        #expect(reader.collect().isEmpty)
    }

    @Test func theStartOfRepeatedChangesIsTheLastAcknowledgedCollection() {
        let counter = reader.meter().counter("counter")
        counter.add(1)
        clock.advance(by: .seconds(10))
        #expect(reader.collectWithoutCommit()["counter"]?[[:]]?.start == at(0))
        clock.advance(by: .seconds(10))
        #expect(reader.collect()["counter"]?[[:]]?.start == at(0))
        counter.add(1)
        clock.advance(by: .seconds(10))
        #expect(reader.collectWithoutCommit()["counter"]?[[:]]?.start == at(20))
        clock.advance(by: .seconds(10))
        let metric = reader.collect()["counter"]
        #expect(metric?[[:]]?.start == at(20))
        #expect(metric?.time == at(40))
    }

    @Test func explicitHistogramsAreRepeatedInFull() {
        let sizes = reader.meter().histogram("sizes", buckets: [1, 10])
        sizes.record(5)
        _ = reader.collect()
        sizes.record(0.5)
        _ = reader.collectWithoutCommit()
        sizes.record(50)
        let change = reader.collect()["sizes"]?[[:]]?.histogram
        #expect(change?.buckets == [1, 0, 1])
        #expect(change?.sum == 50.5)
        #expect(reader.collect().isEmpty)
    }

    @Test func exponentialHistogramsAreRepeatedInFull() {
        let sizes = reader.meter().histogram("sizes", buckets: .exponential(maxSize: 8))
        sizes.record(1.5)
        _ = reader.collect()
        sizes.record(3)
        _ = reader.collectWithoutCommit()
        sizes.record(3000)
        let change = reader.collect()["sizes"]?[[:]]?.exponential
        #expect(change?.count == 2)
        #expect(change?.sum == 3003)
        #expect(change?.positive.counts.reduce(0, +) == 2)
        #expect(reader.collect().isEmpty)
    }

    @Test func observedTotalsAreRepeatedInFull() {
        let total = Tally()
        reader.meter().observableCounter("total") { $0.observe(total.count) }
        total.set(10)
        #expect(reader.collect()["total"]?[[:]]?.int == 10)
        total.set(14)
        #expect(reader.collectWithoutCommit()["total"]?[[:]]?.int == 4)
        total.set(15)
        #expect(reader.collectWithoutCommit()["total"]?[[:]]?.int == 5)
        total.set(17)
        #expect(reader.collect()["total"]?[[:]]?.int == 7)
        total.set(18)
        #expect(reader.collect()["total"]?[[:]]?.int == 1)
    }

    @Test func rollingBackForbidsALaterAcknowledgement() throws {
        let registry = Registry()
        let reader = MetricReader(registry, temporality: .delta)
        registry.meter("test").counter("counter").add(3)
        _ = try reader.gather()
        reader.rollback()
        reader.commit()
        #expect(try reader.gather()["counter"]?[[:]]?.int == 3)
        reader.commit()
        #expect(try reader.gather().isEmpty)
    }

    @Test func acknowledgingTwiceChangesNothing() {
        let counter = reader.meter().counter("counter")
        counter.add(1)
        _ = reader.collect()
        reader.commit()
        counter.add(2)
        reader.commit()
        #expect(reader.collect()["counter"]?[[:]]?.int == 2)
    }

    @Test func nothingIsLostOrDoubledWhenEveryOtherDeliveryFails() {
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let explicit = meter.histogram("explicit", of: Int.self, buckets: [1, 5, 20])
        let exponential = meter.histogram("exponential", buckets: .exponential())
        var delivered = 0
        var counts: (explicit: UInt64, exponential: UInt64) = (0, 0)
        var expected = 0
        for round in 1...60 {
            for label in 0..<(round % 5 + 1) {
                counter.add(round, ["label": .int(label)])
                explicit.record(round)
                exponential.record(round)
                expected += round
            }
            if round % 3 != 0, round < 60 {
                _ = reader.collectWithoutCommit()
                continue
            }
            let collected = reader.collect()
            delivered += collected["counter"]?.total ?? 0
            counts.explicit += collected["explicit"]?[[:]]?.histogram?.count ?? 0
            counts.exponential += collected["exponential"]?[[:]]?.exponential?.count ?? 0
        }
        #expect(delivered == expected)
        let records = (1...60).reduce(0 as UInt64) { $0 + UInt64($1 % 5 + 1) }
        #expect(counts.explicit == records)
        #expect(counts.exponential == records)
    }
}
