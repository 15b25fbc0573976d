import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite struct BucketSearchTests {
    /// The first bucket whose bound is not below the value, one by one.
    private static func naiveBucket(_ value: Double, _ bounds: [Double]) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
    }

    private static func bucket(_ value: Double, _ bounds: BucketBounds) -> Int {
        ExplicitCell.bucket(of: value, bounds.padded, bounds.paddedCount)
    }

    private static func sortedBounds(_ count: Int, _ random: inout SeededNumbers) -> [Double] {
        var bounds: Set<Double> = []
        while bounds.count < count {
            // Quarters: neighbours lie close together and many values hit a bound exactly.
            bounds.insert((Double.random(in: -100...100, using: &random) * 4).rounded() / 4)
        }
        return bounds.sorted()
    }

    @Test(arguments: 0...40) func everyNumberOfBoundsAgreesWithANaiveSearch(count: Int) {
        var random = SeededNumbers(seed: UInt64(count) + 1)
        for _ in 0..<20 {
            let values = Self.sortedBounds(count, &random)
            let bounds = BucketBounds.sharing(values)
            let atBounds = values.flatMap { [$0, $0.nextUp, $0.nextDown] }
            let extremes = [
                0, -0.0, 1e300, -1e300, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
            ]
            let others = (0..<50).map { _ in Double.random(in: -120...120, using: &random) }
            for value in atBounds + extremes + others {
                #expect(Self.bucket(value, bounds) == Self.naiveBucket(value, values), "\(value) in \(values)")
            }
        }
    }

    @Test(arguments: [63, 64, 65, 127, 128, 255, 256, 1000, 1023, 1024])
    func manyBoundsAgreeWithANaiveSearch(count: Int) {
        let values = (0..<count).map(Double.init)
        let bounds = BucketBounds.sharing(values)
        for value in stride(from: -1.0, through: Double(count) + 1, by: 0.5) {
            #expect(Self.bucket(value, bounds) == Self.naiveBucket(value, values), "\(value)")
        }
    }

    @Test func boundsAtTheEdgeOfTheDoublesAreFound() {
        let values = [
            -Double.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude,
        ]
        let bounds = BucketBounds.sharing(values)
        for (index, value) in values.enumerated() { #expect(Self.bucket(value, bounds) == index) }
        #expect(Self.bucket(1, bounds) == 6)
        #expect(Self.bucket(-0.5, bounds) == 2)
    }

    @Test(arguments: [1, 2, 14, 34, 35, 36]) func upperBoundsAreInclusive(count: Int) throws {
        let reader = InMemoryReader()
        let bounds = (1...count).map(Double.init)
        let histogram = reader.meter().histogram("h", buckets: .explicit(bounds))
        for bound in bounds { histogram.record(bound) }
        histogram.record(Double(count).nextUp)
        let point = try #require(reader.histogram("h"))
        #expect(point.buckets == Array(repeating: 1, count: count + 1))
        #expect(point.bounds == bounds)
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 40])
    func recordedValuesLandWhereANaiveSearchPutsThem(count: Int) throws {
        var random = SeededNumbers(seed: 77 + UInt64(count))
        let bounds = Self.sortedBounds(count, &random)
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .explicit(bounds))
        var expected = Array(repeating: UInt64(0), count: count + 1)
        for value in (0..<300).map({ _ in Double.random(in: -120...120, using: &random) }) + bounds {
            histogram.record(value)
            expected[Self.naiveBucket(value, bounds)] += 1
        }
        let point = try #require(reader.histogram("h"))
        #expect(point.buckets == expected)
        #expect(point.count == UInt64(300 + count))
    }
}
