import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct ViewTests {
    @Test func aViewRenamesAndDescribes() {
        let reader = InMemoryReader(views: [View("counter", name: "Any name: at all!", description: "New.")])
        let counter = reader.meter().counter("counter", unit: .bytes, description: "Old.")
        counter.add(1)
        let collected = reader.collect()
        #expect(collected.metrics.map(\.name) == ["Any name: at all!"])
        #expect(collected.metrics.first?.description == "New.")
        #expect(collected.metrics.first?.unit == .bytes)
        #expect(counter.name == "counter")
    }

    @Test func aDescriptionOfAViewOutlivesALongerOneInCode() {
        let reader = InMemoryReader(views: [View("counter", description: "Short.")])
        reader.meter().counter("counter", description: "Old.").add(1)
        reader.meter().counter("counter", description: "A much longer description of the same.").add(1)
        let metric = reader.collect()["counter"]
        #expect(metric?.description == "Short.")
        #expect(metric?.total == 2)
    }

    @Test func aViewSelectsBeforeItRenames() {
        let reader = InMemoryReader(views: [View("a", name: "b"), View("b", name: "c")])
        reader.meter().counter("a").add(1)
        #expect(reader.collect().metrics.map(\.name) == ["b"])
    }

    @Test func keptAttributesMergeSeries() {
        let reader = InMemoryReader(views: [View("*", attributes: .only(["route"]))])
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let sizes = meter.histogram("sizes", buckets: [1, 10])
        let gauge = meter.gauge("gauge")
        for user in 0..<10 {
            let labels: Attributes = ["route": .string(user < 4 ? "/a" : "/b"), "user": .int(user)]
            counter.add(user, labels)
            counter.with(labels).add(1)
            sizes.record(Double(user), labels)
            gauge.set(user, labels)
        }
        let collected = reader.collect()
        #expect(collected["counter"]?.byLabels == ["{route=/a}": 10, "{route=/b}": 45])
        #expect(collected["sizes"]?[["route": "/a"]]?.histogram?.buckets == [2, 2, 0])
        #expect(collected["gauge"]?[["route": "/b"]]?.number == 9)
    }

    @Test func droppedAttributesMergeSeries() {
        let reader = InMemoryReader(views: [View("counter", attributes: .without(["user", "absent"]))])
        let counter = reader.meter().counter("counter")
        counter.add(1, ["route": "/a", "user": 1])
        counter.add(2, ["route": "/a", "user": 2])
        counter.add(4, ["user": 3])
        counter.add(8)
        #expect(reader.collect()["counter"]?.byLabels == ["{route=/a}": 3, "{}": 12])
    }

    @Test func keepingNoAttributeLeavesOneSeries() {
        let reader = InMemoryReader(views: [View("counter", attributes: .only([]))])
        let counter = reader.meter().counter("counter")
        for label in 0..<5 { counter.add(1, ["label": .int(label)]) }
        counter.add(1)
        #expect(reader.collect()["counter"]?.byLabels == ["{}": 6])
    }

    @Test func familiesGoThroughTheFilter() {
        let reader = InMemoryReader(views: [View("requests", attributes: .without(["user"]))])
        let requests = reader.meter().counter("requests", by: .string("method"), .int("user"))
        let kept = requests["GET", 1]
        kept.add(1)
        kept.add(1)
        requests["GET", 2].add(4)
        requests["PUT", 1].add(8)
        #expect(reader.collect()["requests"]?.byLabels == ["{method=GET}": 6, "{method=PUT}": 8])
    }

    @Test func observedSumsAreAddedAfterFilteringAndGaugesAreNot() {
        let reader = InMemoryReader(views: [View("*", attributes: .only([]))])
        let meter = reader.meter()
        @Sendable func observe(_ observer: Observer<Int>) {
            for label in 1...4 { observer.observe(label, ["label": .int(label)]) }
        }
        meter.observableCounter("counter") { observe($0) }
        meter.observableUpDownCounter("level") { observe($0) }
        meter.observableGauge("gauge", of: Int.self) { observe($0) }
        for _ in 0..<2 {
            let collected = reader.collect()
            #expect(collected["counter"]?.byLabels == ["{}": 10])
            #expect(collected["level"]?.byLabels == ["{}": 10])
            #expect(collected["gauge"]?.byLabels == ["{}": 4])
        }
    }

    @Test func theAggregationChanges() {
        let reader = InMemoryReader(views: [
            View("counter", aggregation: .histogram([1, 10])), View("sizes", aggregation: .sum),
            View("durations", aggregation: .histogram(.exponential())),
            View("gauge", aggregation: .histogram([5], recordsMinMax: false)),
            View("level", aggregation: .histogram([0])),
        ])
        let meter = reader.meter()
        meter.counter("counter").add(5)
        meter.counter("counter").add(20)
        meter.histogram("sizes").record(1.5)
        meter.histogram("sizes").record(2.5)
        meter.histogram("durations", unit: .seconds, buckets: [1]).record(4)
        meter.gauge("gauge").set(3)
        meter.gauge("gauge").set(9)
        meter.upDownCounter("level").add(-3)
        let collected = reader.collect()
        let counter = collected["counter"]?[[:]]?.histogram
        #expect(counter?.buckets == [0, 1, 1])
        #expect(counter?.sum == 25)
        #expect(counter?.maximum == 20)
        #expect(collected["sizes"]?.kind == .monotonicSum)
        #expect(collected["sizes"]?[[:]]?.number == 4)
        #expect(collected["durations"]?.kind == .exponentialHistogram)
        let gauge = collected["gauge"]?[[:]]?.histogram
        #expect(gauge?.buckets == [1, 1])
        #expect(gauge?.sum == nil)
        #expect(gauge?.minimum == nil)
        let level = collected["level"]?[[:]]?.histogram
        #expect(level?.buckets == [1, 0])
        #expect(level?.sum == nil)
    }

    @Test func anInvalidAggregationIsIgnoredWithAWarning() {
        let views = [
            View("observed", name: "renamed", aggregation: .histogram([1])), View("gauge", aggregation: .sum),
            View("counter", aggregation: .lastValue), View("sizes", aggregation: .histogram([2, 1])),
            View("scales", aggregation: .histogram(.exponential(maxSize: 1))),
        ]
        let reader = InMemoryReader(views: views)
        let meter = reader.meter()
        meter.observableCounter("observed") { $0.observe(1) }
        meter.gauge("gauge").set(3)
        meter.counter("counter").add(1)
        meter.histogram("sizes", buckets: [7]).record(1)
        meter.histogram("scales", buckets: [7]).record(1)
        #expect(reader.registry.conflicts == 5)
        let collected = reader.collect()
        #expect(collected["observed"]?[[:]]?.int == 1)
        #expect(collected["gauge"]?.kind == .gauge)
        #expect(collected["counter"]?.kind == .monotonicSum)
        #expect(collected["sizes"]?[[:]]?.histogram?.bounds == [7])
        #expect(collected["scales"]?[[:]]?.histogram?.bounds == [7])
    }

    @Test func anIgnoredViewLeavesTheOthers() {
        let reader = InMemoryReader(views: [
            View("gauge", aggregation: .sum), View("gauge", name: "renamed"),
        ])
        reader.meter().gauge("gauge").set(3)
        #expect(reader.collect().metrics.map(\.name) == ["renamed"])
    }

    @Test func dropSwitchesOff() {
        let reader = InMemoryReader(views: [View("noisy.*", aggregation: .drop)])
        let meter = reader.meter()
        let dropped = meter.counter("noisy.counter")
        let family = meter.counter("noisy.family", by: .string("label"))
        let runs = Tally()
        meter.observableGauge("noisy.gauge") { $0.observe(Double(runs.add())) }
        dropped.add(1)
        dropped.add(1, ["a": 1])
        dropped.with(["a": 1]).add(1)
        family["x"].add(1)
        meter.counter("quiet").add(1)
        #expect(reader.collect().metrics.map(\.name) == ["quiet"])
        #expect(!dropped.isEnabled)
        #expect(meter.counter("quiet").isEnabled)
        #expect(reader.registry.conflicts == 0)
    }

    @Test func dropAndAnotherViewLeaveTheOtherWithoutAWarning() {
        for views in [
            [View("*", aggregation: .drop), View("kept", description: "Kept.")],
            [View("kept", description: "Kept."), View("*", aggregation: .drop)],
        ] {
            let reader = InMemoryReader(views: views)
            let kept = reader.meter().counter("kept")
            let other = reader.meter().counter("other")
            kept.add(1)
            other.add(1)
            #expect(reader.collect().metrics.map(\.name) == ["kept"])
            #expect(kept.isEnabled)
            #expect(!other.isEnabled)
            #expect(reader.registry.conflicts == 0)
        }
    }

    @Test func bucketsOfAViewGoBeforeThoseInCode() {
        let reader = InMemoryReader(views: [
            View("viewed", aggregation: .histogram([100])), View("renamed", name: "new"),
        ])
        reader.meter().histogram("viewed", buckets: [1]).record(5)
        reader.meter().histogram("renamed", buckets: [1]).record(5)
        #expect(reader.histogram("viewed")?.bounds == [100])
        #expect(reader.histogram("new")?.bounds == [1])
    }
}
