import Testing
import VitalsTesting

@testable import VitalsMetrics

/// What explicit and exponential histograms have in common: sum, count, least and greatest, and what they refuse.
@Suite struct HistogramValueTests {
    struct Summary: Equatable {
        var count: UInt64
        var sum: Double?
        var minimum: Double?
        var maximum: Double?
    }

    private static func summary(_ reader: InMemoryReader, _ name: String = "h") -> Summary? {
        let point = reader.collect()[name]?[[:]]
        if let point = point?.histogram {
            return Summary(count: point.count, sum: point.sum, minimum: point.minimum, maximum: point.maximum)
        }
        guard let point = point?.exponential else { return nil }
        return Summary(count: point.count, sum: point.sum, minimum: point.minimum, maximum: point.maximum)
    }

    static let bothLayouts: [Buckets] = [.standard, .exponential()]

    @Test(arguments: bothLayouts) func leastAndGreatestAreKept(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        for value in [3, 0.5, 12, 0.5] { histogram.record(value) }
        #expect(Self.summary(reader) == Summary(count: 4, sum: 16, minimum: 0.5, maximum: 12))
    }

    @Test(arguments: bothLayouts) func allNegativeValuesHaveANegativeGreatest(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        for value in [-3, -0.5, -12] { histogram.record(value) }
        #expect(Self.summary(reader) == Summary(count: 3, sum: -15.5, minimum: -12, maximum: -0.5))
    }

    @Test(arguments: bothLayouts) func negativeValuesLowerTheSum(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        histogram.record(10)
        #expect(Self.summary(reader)?.sum == 10)
        histogram.record(-25)
        #expect(Self.summary(reader) == Summary(count: 2, sum: -15, minimum: -25, maximum: 10))
    }

    @Test(arguments: bothLayouts) func extremesOfTheDoublesAreTaken(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        histogram.record(.greatestFiniteMagnitude)
        histogram.record(.leastNonzeroMagnitude)
        histogram.record(-.greatestFiniteMagnitude)
        #expect(
            Self.summary(reader)
                == Summary(
                    count: 3, sum: 0, minimum: -.greatestFiniteMagnitude, maximum: .greatestFiniteMagnitude))
    }

    @Test(arguments: bothLayouts) func leastAndGreatestSpanAllThreads(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        Crew.run(4) { number in
            for value in 1...10 { histogram.record(Double(number * 10 + value)) }
        }
        #expect(Self.summary(reader) == Summary(count: 40, sum: 820, minimum: 1, maximum: 40))
    }

    @Test(arguments: bothLayouts) func aViewMayLeaveOutLeastAndGreatest(buckets: Buckets) {
        let reader = InMemoryReader(views: [View("h", aggregation: .histogram(buckets, recordsMinMax: false))])
        let histogram = reader.meter().histogram("h")
        histogram.record(4)
        #expect(Self.summary(reader) == Summary(count: 1, sum: 4, minimum: nil, maximum: nil))
    }

    @Test(arguments: bothLayouts) func changesTellNeitherLeastNorGreatest(buckets: Buckets) {
        let reader = InMemoryReader(temporality: .delta)
        let histogram = reader.meter().histogram("h", buckets: buckets)
        histogram.record(4)
        #expect(Self.summary(reader) == Summary(count: 1, sum: 4, minimum: nil, maximum: nil))
        histogram.record(6)
        #expect(Self.summary(reader) == Summary(count: 1, sum: 6, minimum: nil, maximum: nil))
    }

    @Test(arguments: bothLayouts) func nanAndInfinitiesAreDroppedAndCounted(buckets: Buckets) {
        let reader = InMemoryReader()
        reader.registry.observeItself()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        let refused: [Double] = [.nan, .signalingNaN, -.nan, .infinity, -.infinity]
        for value in refused { histogram.record(value) }
        // Nothing was recorded, so there is no series yet.
        #expect(Self.summary(reader) == nil)
        histogram.record(2)
        for value in refused {
            histogram.record(value)
            histogram.record(value, [:])
            histogram.record(value, ["only": "refused"])
        }
        #expect(Self.summary(reader) == Summary(count: 1, sum: 2, minimum: 2, maximum: 2))
        #expect(reader.collect()["h"]?.points.count == 1)
        #expect(reader.counter("vitals.measurements.dropped", ["reason": "nan"]) == 12)
        #expect(reader.counter("vitals.measurements.dropped", ["reason": "infinite"]) == 8)
    }

    @Test(arguments: bothLayouts) func integersSumExactlyBeyondTheDoubles(buckets: Buckets) {
        let reader = InMemoryReader(temporality: .delta)
        let total = MetricReader(reader.registry)
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: buckets)
        histogram.record(1 << 53)
        #expect(Self.summary(reader)?.sum == 0x1p53)
        // Through doubles these would vanish next to 2^53.
        histogram.record(1)
        #expect(Self.summary(reader)?.sum == 1)
        histogram.record(-2)
        #expect(Self.summary(reader)?.sum == -2)
        #expect(Self.sumWord(total) == (1 << 53) - 1)
    }

    @Test(arguments: bothLayouts) func integersAtTheEndsOfTheirRangeAreTaken(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: buckets)
        histogram.record(.max)
        histogram.record(.min)
        #expect(Self.summary(reader) == Summary(count: 2, sum: -1, minimum: -0x1p63, maximum: 0x1p63))
    }

    @Test(arguments: bothLayouts) func integersOfSeveralThreadsSumExactly(buckets: Buckets) {
        let reader = InMemoryReader()
        let total = MetricReader(reader.registry)
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: buckets)
        let large = (1 << 53) + 1
        Crew.run(4) { _ in
            for _ in 0..<3 { histogram.record(large) }
        }
        #expect(Self.sumWord(total) == large * 12)
    }

    /// The sum of the only histogram as the integer that it is.
    private static func sumWord(_ reader: MetricReader) -> Int? {
        var sum: Int?
        try? reader.collect { family in
            guard let row = family.rows.first else { return }
            let bits = family.histogram(row)?.words[0] ?? family.exponential(row)?.words[0]
            sum = bits.map { Int(truncatingIfNeeded: $0) }
        }
        return sum
    }

    @Test(arguments: bothLayouts) func aSeriesThatComesBackKeepsNothingOfItsPredecessor(buckets: Buckets) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: buckets)
        histogram.record(-100, ["a": 1])
        histogram.record(1000, ["a": 1])
        _ = reader.collect()
        histogram.remove(["a": 1])
        _ = reader.collect()
        histogram.record(5, ["a": 1])
        histogram.record(7, ["b": 1])
        let metric = reader.collect()["h"]
        for (attributes, value) in [(["a": 1] as Attributes, 5.0), (["b": 1], 7)] {
            let point = metric?[attributes]
            #expect((point?.histogram?.count ?? point?.exponential?.count) == 1)
            #expect((point?.histogram?.sum ?? point?.exponential?.sum) == value)
            #expect((point?.histogram?.minimum ?? point?.exponential?.minimum) == value)
            #expect((point?.histogram?.maximum ?? point?.exponential?.maximum) == value)
        }
    }

    @Test func aPointHasOneBucketMoreThanBoundsAndTheyAreNotCumulative() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: [1, 2, 3])
        for value in [0.5, 1.5, 1.5, 2.5, 9, 9, 9] { histogram.record(value) }
        #expect(reader.histogram("h")?.buckets == [1, 2, 1, 3])
        #expect(reader.histogram("h")?.count == 7)
    }
}
