import Testing
import VitalsMetrics
import VitalsTesting

/// Views that come after measurements: nothing that was recorded before is lost.
@Suite struct LateViewTests {
    private let clock = ManualClock()
    private let registry: Registry
    private let meter: Meter

    init() {
        registry = Registry(clock: clock.clock)
        meter = registry.meter("test")
    }

    private func collect(_ views: [View]) -> CollectedMetrics {
        registry.configure(views: views)
        return InMemoryReader(registry).collect()
    }

    @Test func aNewNameKeepsTheSeries() {
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1])
        kept.add(1)
        counter.add(2)
        let view = View("counter", name: "renamed", description: "New.")
        #expect(collect([view])["renamed"]?.byLabels == ["{a=1}": 1, "{}": 2])
        kept.add(4)
        counter.add(8)
        let metric = collect([view])["renamed"]
        #expect(metric?.byLabels == ["{a=1}": 5, "{}": 10])
        #expect(metric?.description == "New.")
    }

    @Test func aFilterMergesTheSeriesThatThereAre() {
        let counter = meter.counter("counter")
        let family = meter.counter("family", by: .string("route"), .int("user"))
        let handles = (0..<6).map { counter.with(["route": .int($0 % 2), "user": .int($0)]) }
        for (number, handle) in handles.enumerated() { handle.add(number) }
        let typed = family["/a", 1]
        typed.add(1)
        family["/a", 2].add(2)
        let views = [View("*", attributes: .only(["route"]))]
        let before = collect(views)
        #expect(before["counter"]?.byLabels == ["{route=0}": 6, "{route=1}": 9])
        #expect(before["family"]?.byLabels == ["{route=/a}": 3])
        for handle in handles { handle.add(10) }
        typed.add(4)
        family["/a", 1].add(8)
        family["/a", 3].add(16)
        counter.add(100, ["route": 0, "user": 77])
        let after = InMemoryReader(registry).collect()
        #expect(after["counter"]?.byLabels == ["{route=0}": 136, "{route=1}": 39])
        #expect(after["family"]?.byLabels == ["{route=/a}": 31])
    }

    @Test func theStartOfMergedSeriesIsTheEarliest() {
        let counter = meter.counter("counter")
        clock.advance(by: .seconds(5))
        counter.add(1, ["a": 1])
        clock.advance(by: .seconds(5))
        counter.add(1, ["a": 2])
        clock.advance(by: .seconds(5))
        let point = collect([View("counter", attributes: .only([]))])["counter"]?[[:]]
        #expect(point?.int == 2)
        #expect(point?.start == at(5))
    }

    @Test func otherBoundsKeepCountAndSum() {
        let sizes = meter.histogram("sizes", buckets: [1, 10, 100])
        let kept = sizes.with(["a": 1])
        for value in [0.5, 5, 50, 500, 5000] { kept.record(value) }
        let views = [View("sizes", aggregation: .histogram([10, 1000]))]
        let before = collect(views)["sizes"]?[["a": 1]]?.histogram
        #expect(before?.bounds == [10, 1000])
        #expect(before?.count == 5)
        #expect(before?.buckets.reduce(0, +) == 5)
        #expect(before?.sum == 5555.5)
        #expect(before?.minimum == 0.5)
        #expect(before?.maximum == 5000)
        kept.record(7)
        sizes.record(2000, ["a": 1])
        let after = InMemoryReader(registry).collect()["sizes"]?[["a": 1]]?.histogram
        #expect(after?.count == 7)
        #expect(after?.sum == 7562.5)
        #expect(after?.buckets.first == (before?.buckets.first ?? 0) + 1)
        #expect(after?.buckets.last == (before?.buckets.last ?? 0) + 1)
    }

    @Test func explicitBecomesExponential() {
        let sizes = meter.histogram("sizes", buckets: [1, 10, 100])
        for value in 1...50 { sizes.record(Double(value)) }
        let views = [View("sizes", aggregation: .histogram(.exponential()))]
        let before = collect(views)["sizes"]?[[:]]?.exponential
        #expect(before?.count == 50)
        #expect(before?.sum == 1275)
        #expect(before?.positive.counts.reduce(0, +) == 50)
        #expect(before?.minimum == 1)
        #expect(before?.maximum == 50)
        for value in 1...50 { sizes.record(Double(value)) }
        let after = InMemoryReader(registry).collect()["sizes"]?[[:]]?.exponential
        #expect(after?.count == 100)
        #expect(after?.sum == 2550)
    }

    @Test func exponentialBecomesExplicit() {
        let sizes = meter.histogram("sizes", buckets: .exponential())
        for value in [0, 3, 3, 30, -3] { sizes.record(Double(value)) }
        let point = collect([View("sizes", aggregation: .histogram([-1, 1, 10]))])["sizes"]?[[:]]?.histogram
        #expect(point?.buckets == [1, 1, 2, 1])
        #expect(point?.sum == 33)
        #expect(point?.minimum == -3)
        #expect(point?.maximum == 30)
    }

    @Test func histogramBecomesSum() {
        let sizes = meter.histogram("sizes", of: Int.self, buckets: [10])
        let kept = sizes.with(["a": 1])
        for value in [5, 50] { kept.record(value) }
        let views = [View("sizes", aggregation: .sum)]
        #expect(collect(views)["sizes"]?[["a": 1]]?.int == 55)
        kept.record(7)
        #expect(InMemoryReader(registry).collect()["sizes"]?[["a": 1]]?.int == 62)
    }

    @Test func aCounterBecomesAHistogramWithTheSameSum() {
        let counter = meter.counter("counter")
        for amount in [1, 2, 4] { counter.add(amount) }
        let views = [View("counter", aggregation: .histogram([5, 50]))]
        let before = collect(views)["counter"]?[[:]]?.histogram
        #expect(before?.sum == 7)
        #expect(before?.buckets.reduce(0, +) == before?.count)
        counter.add(8)
        let after = InMemoryReader(registry).collect()["counter"]?[[:]]?.histogram
        #expect(after?.sum == 15)
        #expect(after?.count == (before?.count ?? 0) + 1)
    }

    @Test func gaugesKeepTheirValue() {
        let gauge = meter.gauge("gauge")
        let kept = gauge.with(["a": 1, "b": 1])
        gauge.set(5)
        kept.set(7)
        let views = [View("gauge", attributes: .only(["a"]))]
        let before = collect(views)["gauge"]
        #expect(before?[[:]]?.number == 5)
        #expect(before?[["a": 1]]?.number == 7)
        gauge.set(6)
        kept.set(8)
        let after = InMemoryReader(registry).collect()["gauge"]
        #expect(after?[[:]]?.number == 6)
        #expect(after?[["a": 1]]?.number == 8)
    }

    @Test func dropDiscardsAndHandlesRecordNowhere() {
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1])
        let family = meter.counter("family", by: .string("label"))
        kept.add(1)
        counter.add(1)
        family["x"].add(1)
        #expect(collect([View("*", aggregation: .drop)]).isEmpty)
        kept.add(1)
        counter.add(1)
        counter.add(1, ["b": 1])
        family["x"].add(1)
        family["y"].add(1)
        #expect(InMemoryReader(registry).collect().isEmpty)
        #expect(!counter.isEnabled)
    }

    @Test func aHandleThatNobodyUsedYetFindsItsWay() {
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1, "b": 2])
        #expect(collect([View("counter", attributes: .only(["a"]))]).isEmpty)
        kept.add(3)
        counter.add(4)
        #expect(InMemoryReader(registry).collect()["counter"]?.byLabels == ["{a=1}": 3, "{}": 4])
    }

    @Test func severalLateViewsGiveEachStreamTheWhole() {
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1, "b": 1])
        kept.add(1)
        counter.add(2, ["a": 2, "b": 1])
        let views = [
            View("counter", name: "first", attributes: .only(["a"])),
            View("counter", name: "second", attributes: .only(["b"])),
            View("counter", name: "third", aggregation: .histogram([1])),
        ]
        let before = collect(views)
        #expect(before["first"]?.byLabels == ["{a=1}": 1, "{a=2}": 2])
        #expect(before["second"]?.byLabels == ["{b=1}": 3])
        kept.add(4)
        counter.with(["a": 2, "b": 1]).add(8)
        let after = InMemoryReader(registry).collect()
        #expect(after["first"]?.byLabels == ["{a=1}": 5, "{a=2}": 10])
        #expect(after["second"]?.byLabels == ["{b=1}": 15])
        #expect(after["third"]?.points.reduce(0) { $0 + ($1.histogram?.sum ?? 0) } == 15)
    }

    @Test func whatTheLimitOfALateViewLeavesOutOverflows() {
        let counter = meter.counter("counter")
        let handles = (0..<5).map { counter.with(["a": .int($0), "b": 0]) }
        for handle in handles { handle.add(1) }
        let views = [View("counter", attributes: .only(["a"]), cardinalityLimit: 2)]
        let metric = collect(views)["counter"]
        #expect(metric?.points.count == 3)
        #expect(metric?.total == 5)
        for handle in handles { handle.add(1) }
        #expect(InMemoryReader(registry).collect()["counter"]?.total == 10)
    }

    @Test func observablesFollowLateViews() {
        meter.observableCounter("total") { observer in
            observer.observe(1, ["a": 1, "b": 1])
            observer.observe(2, ["a": 1, "b": 2])
        }
        #expect(InMemoryReader(registry).collect()["total"]?.points.count == 2)
        let after = collect([View("total", name: "renamed", attributes: .only(["a"]))])
        #expect(after.metrics.map(\.name) == ["renamed"])
        #expect(after["renamed"]?.byLabels == ["{a=1}": 3])
    }

    @Test func theInstrumentStaysUsableWhenItsSeriesAreRemovedAfterwards() {
        let counter = meter.counter("counter")
        counter.add(1)
        _ = collect([View("counter", attributes: .only(["a"]))])
        #expect(counter.remove([:]))
        counter.add(5)
        #expect(InMemoryReader(registry).collect()["counter"]?.byLabels == ["{}": 5])
    }
}
