import Testing
import VitalsMetrics
import VitalsTesting

/// Views that replace views: a program that starts telemetry again, or readers that come one after the other.
@Suite struct RepeatedViewTests {
    private let registry = Registry()

    @Test func eachChangeKeepsTheTotals() {
        let counter = registry.meter("test").counter("counter")
        let kept = counter.with(["a": 1, "b": 1])
        let chain: [[View]] = [
            [View("counter", attributes: .only(["a"]))], [View("counter", attributes: .only([]))], [],
            [View("counter", attributes: .without(["a"]))],
        ]
        var sum = 0
        for views in chain {
            kept.add(1)
            counter.add(1, ["a": 2, "b": 2])
            counter.add(1)
            sum += 3
            registry.configure(views: views)
            #expect(InMemoryReader(registry).collect()["counter"]?.total == sum)
        }
        for _ in 0..<2 { kept.add(1) }
        #expect(InMemoryReader(registry).collect()["counter"]?.total == sum + 2)
    }

    @Test func oneStreamThatReplacesSeveralDoesNotCountTwice() {
        let counter = registry.meter("test").counter("counter")
        registry.configure(views: [View("counter", name: "first"), View("counter", name: "second")])
        let kept = counter.with(["a": 1])
        kept.add(1)
        counter.add(2)
        counter.add(4, ["a": 1])
        registry.configure(views: [])
        #expect(InMemoryReader(registry).collect()["counter"]?.byLabels == ["{a=1}": 5, "{}": 2])
        kept.add(8)
        counter.add(16)
        #expect(InMemoryReader(registry).collect()["counter"]?.byLabels == ["{a=1}": 13, "{}": 18])
    }

    @Test func streamsOfDifferentAggregationsEachGoOn() {
        let sizes = registry.meter("test").histogram("sizes", of: Int.self, buckets: [10])
        registry.configure(views: [
            View("sizes", name: "sum", aggregation: .sum), View("sizes", name: "buckets"),
        ])
        let kept = sizes.with(["a": 1])
        for value in [5, 50] { kept.record(value) }
        registry.configure(views: [
            View("sizes", name: "new.buckets"), View("sizes", name: "new.sum", aggregation: .sum),
        ])
        kept.record(5)
        let collected = InMemoryReader(registry).collect()
        #expect(collected["new.buckets"]?[["a": 1]]?.histogram?.buckets == [2, 1])
        #expect(collected["new.sum"]?[["a": 1]]?.int == 60)
    }

    @Test func aViewThatNoLongerDropsLetsMeasurementsIn() {
        registry.configure(views: [View("counter", aggregation: .drop)])
        let counter = registry.meter("test").counter("counter")
        counter.add(1)
        counter.add(1, ["a": 1])
        registry.configure(views: [])
        counter.add(2, ["a": 1])
        #expect(InMemoryReader(registry).collect()["counter"]?.byLabels == ["{a=1}": 2])
        #expect(counter.isEnabled)
    }

    @Test func whatAReaderOfChangesHasDeliveredIsNotDeliveredAgain() {
        let counter = registry.meter("test").counter("counter")
        let delta = InMemoryReader(registry, temporality: .delta)
        counter.add(5, ["a": 1, "b": 1])
        counter.add(7, ["a": 1, "b": 2])
        #expect(delta.collect()["counter"]?.total == 12)
        counter.add(1, ["a": 1, "b": 1])
        registry.configure(views: [View("counter", attributes: .only(["a"]))])
        counter.add(2, ["a": 1, "b": 2])
        // The rest of the former stream comes once more as it was; the new one begins from nothing.
        let metrics = delta.collect().all("counter")
        #expect(metrics.map(\.byLabels) == [["{a=1, b=1}": 1], ["{a=1}": 2]])
        #expect(delta.collect().isEmpty)
    }

    @Test func changesOfOtherBucketsAreNotDeliveredAgain() {
        let sizes = registry.meter("test").histogram("sizes", buckets: [1, 10])
        let delta = InMemoryReader(registry, temporality: .delta)
        for value in [0.5, 5, 50] { sizes.record(value) }
        #expect(delta.collect()["sizes"]?[[:]]?.histogram?.count == 3)
        sizes.record(6)
        registry.configure(views: [View("sizes", aggregation: .histogram([4, 100]))])
        sizes.record(1)
        let changes = delta.collect().all("sizes").compactMap { $0[[:]]?.histogram }
        #expect(changes.map(\.bounds) == [[1, 10], [4, 100]])
        #expect(changes.map(\.buckets) == [[0, 1, 0], [1, 0, 0]])
        #expect(changes.map(\.sum) == [6, 1])
    }
}
