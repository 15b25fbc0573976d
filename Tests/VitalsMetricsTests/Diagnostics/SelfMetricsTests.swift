import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct SelfMetricsTests {
    private let reader: InMemoryReader

    init() {
        reader = InMemoryReader()
        reader.registry.observeItself()
    }

    @Test func collectionsAreTimedForEachReader() {
        let delta = InMemoryReader(reader.registry, temporality: .delta)
        _ = reader.collect()
        _ = reader.collect()
        _ = delta.collect()
        let metric = reader.collect()["otel.sdk.metric_reader.collection.duration"]
        #expect(metric?.unit == .seconds)
        let counts = metric?.points.map { [$0.attributes["otel.component.name"]: $0.histogram?.count] }
        #expect(counts == [["in_memory_metric_reader/0": 2], ["in_memory_metric_reader/1": 1]])
        #expect(metric?.points.allSatisfy { ($0.histogram?.sum ?? -1) >= 0 } == true)
    }

    @Test func refusedMeasurementsAreCountedByReason() {
        let meter = reader.meter()
        let counter = meter.counter("counter", of: Double.self)
        let sizes = meter.histogram("sizes")
        counter.add(-1)
        counter.add(.nan)
        counter.add(.infinity)
        sizes.record(.nan)
        let kept = counter.with(["a": 1])
        kept.add(1)
        counter.remove(["a": 1])
        kept.add(1)
        let metric = reader.collect()["vitals.measurements.dropped"]
        #expect(metric?.kind == .monotonicSum)
        #expect(metric?[["reason": "negative"]]?.int == 1)
        #expect(metric?[["reason": "nan"]]?.int == 2)
        #expect(metric?[["reason": "infinite"]]?.int == 1)
        #expect(metric?[["reason": "removed"]]?.int == 1)
        #expect(metric?[["reason": "overflow"]]?.int == 0)
    }

    @Test func aCallbackThatHangsDoesNotHideWhatTheRegistrySaysOfItself() throws {
        let registry = Registry(limits: Limits())
        _ = registry.meter("shop").observableGauge("slow") { _ in vitals_sleep(400_000_000) }
        registry.observeItself()
        let reader = MetricReader(registry)
        var names: Set<String> = []
        try reader.collect(timeout: .milliseconds(50)) { names.insert($0.name) }
        #expect(names.isSuperset(of: ["vitals.collections.cut", "vitals.series", "vitals.measurements.dropped"]))
    }

    @Test func streamsAndSeriesAreCounted() {
        let before = reader.collect()
        let counter = reader.meter().counter("counter")
        for label in 0..<10 { counter.add(1, ["label": .int(label)]) }
        let after = reader.collect()
        func change(_ name: String) -> Int { (after[name]?.total ?? 0) - (before[name]?.total ?? 0) }
        #expect(change("vitals.streams") == 1)
        #expect(change("vitals.series") >= 10)
        counter.removeAll { _ in true }
        _ = reader.collect()
        #expect((reader.collect()["vitals.series"]?.total ?? .max) <= (after["vitals.series"]?.total ?? 0) - 10)
    }

    @Test func aStreamThatDoesNotOverflowSaysNothing() {
        reader.meter().counter("counter").add(1)
        #expect(reader.collect()["vitals.stream.overflow"] == nil)
    }

    @Test func askingTwiceChangesNothing() {
        let streams = reader.collect()["vitals.streams"]?.total
        reader.registry.observeItself()
        #expect(reader.collect()["vitals.streams"]?.total == streams)
        #expect(reader.registry.conflicts == 0)
    }

    @Test func withoutAskingThereIsNothing() {
        #expect(InMemoryReader().collect().isEmpty)
    }
}
