import Testing
import VitalsTesting

@testable import VitalsMetrics

private let overflow: Attributes = ["otel.metric.overflow": true]

@Suite struct LimitTests {
    private func reader(_ limit: Int, views: [View] = [], temporality: Temporality = .cumulative) -> InMemoryReader {
        var limits = Limits()
        limits.cardinality = limit
        return InMemoryReader(temporality: temporality, views: views, limits: limits)
    }

    @Test func thereMayBeAsManySeriesAsTheLimitSays() {
        let reader = reader(3)
        let counter = reader.meter().counter("counter")
        for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
        let metric = reader.collect()["counter"]
        #expect(metric?.points.count == 3)
        #expect(metric?[overflow] == nil)
    }

    @Test func furtherOnesShareTheOverflowSeries() {
        let reader = reader(3)
        let counter = reader.meter().counter("counter")
        for label in 0..<10 { counter.add(label + 1, ["label": .int(label)]) }
        let metric = reader.collect()["counter"]
        #expect(metric?.points.count == 4)
        #expect(metric?[overflow]?.int == (4...10).reduce(0, +))
        #expect(metric?[["otel.metric.overflow": "true"]] == nil)
        #expect(metric?.total == 55)
        for label in 0..<3 { #expect(metric?[["label": .int(label)]]?.int == label + 1) }
    }

    @Test func seriesThatWereThereBeforeKeepTheirOwnPoint() {
        let reader = reader(2)
        let counter = reader.meter().counter("counter")
        let kept = counter.with(["label": 0])
        for label in 0..<5 { counter.add(1, ["label": .int(label)]) }
        for _ in 0..<5 {
            kept.add(1)
            counter.add(1, ["label": 1])
            counter.add(1, ["label": 2])
        }
        #expect(
            reader.collect()["counter"]?.byLabels
                == ["{label=0}": 6, "{label=1}": 6, "{otel.metric.overflow=true}": 8])
    }

    @Test func handlesBeyondTheLimitRecordIntoTheOverflowSeries() {
        let reader = reader(1)
        let counter = reader.meter().counter("counter")
        let handles = (0..<5).map { counter.with(["label": .int($0)]) }
        for handle in handles {
            handle.add(1)
            handle.add(1)
        }
        #expect(reader.collect()["counter"]?.byLabels == ["{label=0}": 2, "{otel.metric.overflow=true}": 8])
    }

    @Test func histogramsAndGaugesOverflowToo() {
        let reader = reader(1)
        let meter = reader.meter()
        let sizes = meter.histogram("sizes", buckets: [10])
        let scales = meter.histogram("scales", buckets: .exponential())
        let gauge = meter.gauge("gauge")
        for label in 0..<4 {
            sizes.record(5, ["label": .int(label)])
            scales.record(5, ["label": .int(label)])
            gauge.set(label, ["label": .int(label)])
        }
        let collected = reader.collect()
        #expect(collected["sizes"]?[overflow]?.histogram?.count == 3)
        #expect(collected["scales"]?[overflow]?.exponential?.count == 3)
        #expect(collected["gauge"]?[overflow]?.number == 3)
    }

    @Test(arguments: [0, -1, Int.min]) func aLimitOfNothingLeavesTheOverflowSeries(limit: Int) {
        let reader = reader(limit)
        let counter = reader.meter().counter("counter")
        counter.add(1, ["label": 1])
        counter.add(2, ["label": 2])
        counter.add(4)
        #expect(reader.collect()["counter"]?.byLabels == ["{otel.metric.overflow=true}": 7])
    }

    @Test func aLimitBeyondReasonReservesNothing() {
        let reader = reader(.max, views: [View("viewed", cardinalityLimit: .max)])
        for name in ["counter", "viewed"] {
            let counter = reader.meter().counter(name)
            for label in 0..<3000 { counter.add(1, ["label": .int(label)]) }
            let metric = reader.collect()[name]
            #expect(metric?.points.count == 3000)
            #expect(metric?[overflow] == nil)
        }
    }

    @Test func theDefaultIsTwoThousand() {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("counter")
        for label in 0..<2001 { counter.add(1, ["label": .int(label)]) }
        let metric = reader.collect()["counter"]
        #expect(metric?.points.count == 2001)
        #expect(metric?[overflow]?.int == 1)
    }

    @Test func theEmptySetCountsOnlyOnceItIsUsed() {
        let reader = reader(2)
        let counter = reader.meter().counter("counter")
        counter.add(1, ["label": 1])
        counter.add(1, ["label": 2])
        #expect(reader.collect()["counter"]?[overflow] == nil)
        counter.add(4)
        counter.add(8)
        let metric = reader.collect()["counter"]
        #expect(metric?[[:]] == nil)
        #expect(metric?[overflow]?.int == 12)
    }

    @Test func theEmptySetTakesAPlaceWhenItIsUsedFirst() {
        let reader = reader(2)
        let counter = reader.meter().counter("counter")
        counter.add(1)
        counter.add(2, ["label": 1])
        counter.add(4, ["label": 2])
        #expect(
            reader.collect()["counter"]?.byLabels == ["{}": 1, "{label=1}": 2, "{otel.metric.overflow=true}": 4])
    }

    @Test func removalMakesRoom() {
        let reader = reader(2)
        let counter = reader.meter().counter("counter")
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        counter.remove(["label": 0])
        counter.add(1, ["label": 2])
        counter.add(1, ["label": 3])
        #expect(
            reader.collect()["counter"]?.byLabels
                == ["{label=1}": 1, "{label=2}": 1, "{otel.metric.overflow=true}": 3])
    }

    @Test func removalMakesRoomForTheEmptySet() {
        let reader = reader(2)
        let counter = reader.meter().counter("counter")
        counter.add(1, ["label": 0])
        counter.add(1, ["label": 1])
        counter.add(1)
        #expect(reader.collect()["counter"]?[overflow]?.int == 1)
        counter.removeAll { _ in true }
        counter.add(5)
        counter.add(2, [:])
        #expect(reader.collect()["counter"]?.byLabels == ["{}": 7])
    }

    @Test func removingTheOverflowSeriesLosesNothingLater() {
        let reader = reader(1)
        let counter = reader.meter().counter("counter")
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        #expect(counter.remove(overflow))
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        #expect(reader.collect()["counter"]?.byLabels == ["{label=0}": 2, "{otel.metric.overflow=true}": 3])
    }

    @Test func recordingToTheOverflowSetByHandIsNoHarm() {
        let reader = reader(1)
        let counter = reader.meter().counter("counter")
        counter.add(1, overflow)
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        #expect(reader.collect()["counter"]?.total == 5)
    }

    @Test func readersOfChangesSeeEveryMeasurementOnce() {
        let reader = reader(5, temporality: .delta)
        let counter = reader.meter().counter("counter")
        var sum = 0
        for round in 0..<20 {
            for label in 0..<10 { counter.add(1, ["label": .int(round * 7 + label)]) }
            if round % 4 == 3 { counter.removeAll { $0 != overflow } }
            sum += reader.collect()["counter"]?.total ?? 0
        }
        #expect(sum == 200)
    }

    @Test func concurrentThreadsNeverExceedTheLimitNorLoseAMeasurement() {
        let reader = reader(50)
        let counter = reader.meter().counter("counter")
        let crew = Crew.start(4) { number in
            for round in 0..<2000 { counter.add(1, ["label": .int((round * 7 + number) % 400)]) }
        }
        #expect(crew.join())
        let metric = reader.collect()["counter"]
        #expect(metric?.points.count == 51)
        #expect(metric?.total == 8000)
    }
}
