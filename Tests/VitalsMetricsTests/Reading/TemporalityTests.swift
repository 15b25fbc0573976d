import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct TemporalityTests {
    /// Which metrics a reader of `temporality` reports as changes in its second collection.
    private func changes(_ temporality: Temporality) -> Set<String> {
        let reader = InMemoryReader(temporality: temporality)
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let level = meter.upDownCounter("upDownCounter")
        let gauge = meter.gauge("gauge")
        let histogram = meter.histogram("histogram")
        meter.observableCounter("observableCounter") { $0.observe(10) }
        meter.observableUpDownCounter("observableUpDownCounter") { $0.observe(10) }
        meter.observableGauge("observableGauge") { $0.observe(10) }
        func record() {
            counter.add(1)
            level.add(1)
            gauge.set(1)
            histogram.record(1)
        }
        record()
        _ = reader.collect()
        record()
        let collected = reader.collect()
        #expect(collected.metrics.count == 7)
        return Set(collected.metrics.filter(\.isDelta).map(\.name))
    }

    @Test func cumulativeReportsTotalsForEveryKind() {
        #expect(changes(.cumulative) == [])
    }

    @Test func deltaReportsChangesOfWhatOnlyGrows() {
        #expect(changes(.delta) == ["counter", "histogram", "observableCounter"])
    }

    @Test func lowMemoryKeepsObservableCountersCumulative() {
        #expect(changes(.lowMemory) == ["counter", "histogram"])
    }

    @Test func aTemporalityOfOnesOwnNamesTheKinds() {
        #expect(changes(Temporality(delta: [.histogram, .upDownCounter])) == ["histogram", "upDownCounter"])
        #expect(
            changes(Temporality(delta: [.observableUpDownCounter, .observableCounter]))
                == ["observableUpDownCounter", "observableCounter"])
    }

    @Test func gaugesHaveNoTemporality() {
        let all = Temporality(delta: [.gauge, .observableGauge, .counter])
        #expect(changes(all) == ["counter"])
        let reader = InMemoryReader(temporality: all)
        reader.meter().observableGauge("level") { $0.observe(10) }
        #expect(reader.collect()["level"]?[[:]]?.number == 10)
        #expect(reader.collect()["level"]?[[:]]?.number == 10)
    }

    @Test func upDownCountersStayCumulativeForDeltaReaders() {
        let reader = InMemoryReader(temporality: .delta)
        let level = reader.meter().upDownCounter("level")
        level.add(5)
        #expect(reader.collect()["level"]?[[:]]?.int == 5)
        level.add(-2)
        #expect(reader.collect()["level"]?[[:]]?.int == 3)
        #expect(reader.collect()["level"]?[[:]]?.int == 3)
    }

    @Test func anUpDownCounterAskedForAsChangesReportsNegativeOnes() {
        let reader = InMemoryReader(temporality: Temporality(delta: [.upDownCounter]))
        let level = reader.meter().upDownCounter("level")
        level.add(5)
        #expect(reader.collect()["level"]?[[:]]?.int == 5)
        level.add(-7)
        #expect(reader.collect()["level"]?[[:]]?.int == -7)
        #expect(reader.collect()["level"] == nil)
    }

    @Test func minimumAndMaximumBelongToTotalsOnly() {
        let cumulative = InMemoryReader()
        let delta = InMemoryReader(cumulative.registry, temporality: .delta)
        let sizes = cumulative.meter().histogram("sizes", buckets: [1, 10])
        sizes.record(3)
        sizes.record(4)
        let total = cumulative.collect()["sizes"]?[[:]]?.histogram
        #expect(total?.minimum == 3)
        #expect(total?.maximum == 4)
        let change = delta.collect()["sizes"]?[[:]]?.histogram
        #expect(change?.count == 2)
        #expect(change?.minimum == nil)
        #expect(change?.maximum == nil)
    }
}
