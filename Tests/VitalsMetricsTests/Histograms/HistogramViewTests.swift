import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Views that choose other buckets than the instrument was declared with.
@Suite struct HistogramViewTests {
    private static let exponential = View("h", aggregation: .histogram(.exponential(maxSize: 20)))

    @Test func aViewMakesAnExplicitHistogramExponential() throws {
        let reader = InMemoryReader(views: [Self.exponential])
        let histogram = reader.meter().histogram("h", buckets: .latency)
        var model = ExponentialModel(maxSize: 20)
        for value in [0.25, 0.5, 3, -8, 0, 1000] {
            histogram.record(value)
            model.record(value)
        }
        #expect(reader.collect()["h"]?.kind == .exponentialHistogram)
        let point = try #require(reader.exponentialHistogram("h"))
        #expect(ExponentialModel.Point(point) == model.point())
        #expect(reader.registry.context.conflicts.load(ordering: .relaxed) == 0)
    }

    @Test func aViewMakesAnExponentialHistogramExplicit() {
        let reader = InMemoryReader(views: [View("h", aggregation: .histogram([1, 10]))])
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: .exponential())
        for value in [1, 2, 10, 11] { histogram.record(value) }
        #expect(reader.collect()["h"]?.kind == .histogram)
        #expect(reader.histogram("h")?.buckets == [1, 2, 1])
        #expect(reader.histogram("h")?.sum == 24)
    }

    @Test func aViewMakesAHistogramASum() {
        let reader = InMemoryReader(views: [View("h", aggregation: .sum)])
        let histogram = reader.meter().histogram("h", of: Int.self)
        for value in [1, 2, 10, -3] { histogram.record(value) }
        #expect(reader.counter("h") == 10)
    }

    @Test func aViewMakesACounterAHistogram() {
        let reader = InMemoryReader(views: [View("c", aggregation: .histogram([1, 10]))])
        let counter = reader.meter().counter("c")
        for amount in [1, 2, 20] { counter.add(amount) }
        counter.add(-1)
        #expect(reader.histogram("c")?.buckets == [1, 1, 1])
        #expect(reader.histogram("c")?.sum == 23)
    }

    @Test func histogramsOfWhatMayFallHaveNoSum() {
        let views = [
            View("level", aggregation: .histogram([0])), View("depth", aggregation: .histogram(.exponential())),
        ]
        let reader = InMemoryReader(views: views)
        let level = reader.meter().upDownCounter("level")
        let depth = reader.meter().gauge("depth")
        for value in [4, -6] {
            level.add(value)
            depth.set(value)
        }
        #expect(reader.histogram("level")?.buckets == [1, 1])
        #expect(reader.histogram("level")?.sum == nil)
        #expect(reader.exponentialHistogram("depth")?.count == 2)
        #expect(reader.exponentialHistogram("depth")?.sum == nil)
        #expect(reader.exponentialHistogram("depth")?.maximum == 4)
    }

    @Test func gaugesSeenAsHistogramsDropNanAndInfinities() {
        let reader = InMemoryReader(views: [
            View("explicit", aggregation: .histogram([0])),
            View("exponential", aggregation: .histogram(.exponential())),
        ])
        let explicit = reader.meter().gauge("explicit")
        let exponential = reader.meter().gauge("exponential")
        for gauge in [explicit, exponential] {
            for value in [1, .nan, .infinity, -.infinity, 2] as [Double] {
                gauge.set(value)
                gauge.set(value, ["labelled": true])
            }
        }
        for attributes in [[:], ["labelled": true]] as [Attributes] {
            #expect(reader.histogram("explicit", attributes)?.buckets == [0, 2])
            #expect(reader.histogram("explicit", attributes)?.maximum == 2)
            let point = reader.exponentialHistogram("exponential", attributes)
            #expect(point?.count == 2)
            #expect(point?.minimum == 1)
            #expect(point?.maximum == 2)
            #expect(point?.positive.counts.reduce(0, +) == 2)
        }
    }

    @Test func aGaugeSeenAsBothKeepsInfinitiesOnlyAsLastValue() {
        let reader = InMemoryReader(views: [
            View("g", name: "last"), View("g", name: "distribution", aggregation: .histogram([0])),
        ])
        reader.registry.observeItself()
        let gauge = reader.meter().gauge("g")
        for value in [1, .infinity] as [Double] {
            gauge.set(value)
            gauge.set(value, ["labelled": true])
        }
        for attributes in [[:], ["labelled": true]] as [Attributes] {
            #expect(reader.gauge("last", attributes) == .infinity)
            #expect(reader.histogram("distribution", attributes)?.buckets == [0, 1])
            #expect(reader.histogram("distribution", attributes)?.maximum == 1)
        }
        #expect(reader.counter("vitals.measurements.dropped", ["reason": "infinite"]) == 2)
    }

    @Test func aLateViewKeepsCountSumLeastAndGreatest() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: [10, 100])
        for value in [-5, 5, 50, 500] { histogram.record(value) }
        reader.registry.configure(views: [Self.exponential])
        let carried = reader.exponentialHistogram("h")
        #expect(carried?.count == 4)
        #expect(carried?.sum == 550)
        #expect(carried?.minimum == -5)
        #expect(carried?.maximum == 500)
        histogram.record(7000)
        histogram.record(-7000, [:])
        let point = reader.exponentialHistogram("h")
        #expect(point?.count == 6)
        #expect(point?.sum == 550)
        #expect(point?.maximum == 7000)
        let buckets = (point?.positive.counts ?? []) + (point?.negative.counts ?? [])
        #expect(buckets.reduce(point?.zeroCount ?? 0, +) == 6)
        #expect((point?.positive.counts.count ?? 0) <= 20)
    }

    @Test func aLateViewFromExponentialToExplicitKeepsCountAndSum() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential())
        for value in [0, 0.5, 4, 400, -3] { histogram.record(value) }
        reader.registry.configure(views: [View("h", aggregation: .histogram([0, 1, 10]))])
        histogram.record(20)
        let point = reader.histogram("h")
        #expect(point?.buckets == [2, 1, 1, 2])
        #expect(point?.sum == 421.5)
        #expect(point?.minimum == -3)
        #expect(point?.maximum == 400)
    }

    @Test func aLateViewReportsNothingTwiceToAReaderOfChanges() {
        let reader = InMemoryReader(temporality: .delta)
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: [10, 100])
        for value in [5, 50] { histogram.record(value) }
        #expect(reader.histogram("h")?.count == 2)
        histogram.record(500)
        reader.registry.configure(views: [Self.exponential])
        histogram.record(5000)
        let collected = reader.collect()
        // The rest of the former stream is told once more under its buckets, and the new one begins from nothing.
        #expect(collected.all("h").compactMap { $0[[:]]?.histogram?.count } == [1])
        #expect(collected.all("h").compactMap { $0[[:]]?.histogram?.sum } == [500])
        #expect(collected.all("h").compactMap { $0[[:]]?.exponential?.count } == [1])
        #expect(collected.all("h").compactMap { $0[[:]]?.exponential?.sum } == [5000])
        #expect(reader.collect()["h"] == nil)
    }
}
