import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Which resolution a histogram takes for what is recorded.
@Suite struct ExponentialScaleTests {
    private static func point(
        _ values: [Double], maxSize: Int = 160, maxScale: Int = 20
    ) -> CollectedExponential? {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(maxSize: maxSize, maxScale: maxScale))
        for value in values { histogram.record(value) }
        return reader.exponentialHistogram("h")
    }

    @Test(arguments: [1, 1.5, 0.001, 1e300, -7, -1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
    func aSingleValueKeepsTheFinestScale(value: Double) throws {
        let point = try #require(Self.point([value, value, value]))
        #expect(point.scale == 20)
        let side = value > 0 ? point.positive : point.negative
        #expect(side.counts == [3])
        #expect(side.offset == ExponentialScale.index(of: value.magnitude, scale: 20))
        #expect((value > 0 ? point.negative : point.positive).counts == [])
    }

    @Test func oneValueOnEachSideKeepsTheFinestScale() {
        let point = Self.point([1e10, -1e-10])
        #expect(point?.scale == 20)
        #expect(point?.positive.counts == [1])
        #expect(point?.negative.counts == [1])
    }

    @Test func onlyZerosKeepTheFinestScale() {
        let point = Self.point([0, -0.0, 0])
        #expect(point?.scale == 20)
        #expect(point?.zeroCount == 3)
        #expect(point?.positive.counts == [])
        #expect(point?.negative.counts == [])
    }

    /// With 160 buckets a range that spans exactly a power of ten may take one bucket more than its width: 10^3 is
    /// 159.5 buckets wide at scale 4, so it fits where it begins above a bound, and needs scale 3 where it begins at
    /// one, as 1 does, which is the last of the bucket below.
    @Test(arguments: [
        (1.0, 4.0, 6), (1, 20, 5), (1, 1e3, 3), (1.0000001, 1e3, 4), (1.01, 1.01e3, 4), (1, 1e5, 3), (1, 1e7, 2),
        (0.005, 0.02, 6), (0.005, 0.1, 5), (0.005, 5, 3), (0.00515, 5.15, 4), (0.005, 500, 3), (0.005, 50_000, 2),
    ])
    func theScaleFitsTheRange(low: Double, high: Double, scale: Int) throws {
        for values in [[low, high], [high, low], [-low, -high]] {
            let point = try #require(Self.point(values))
            #expect(point.scale == scale)
            let width = max(point.positive.counts.count, point.negative.counts.count)
            #expect(width <= 160)
            let finer =
                ExponentialScale.index(of: high, scale: scale + 1) - ExponentialScale.index(of: low, scale: scale + 1)
            #expect(finer >= 160)
        }
    }

    @Test func anyOrderOfOneTwoFourGivesTheSameResult() throws {
        let orders: [[Double]] = [[1, 2, 4], [1, 4, 2], [2, 1, 4], [2, 4, 1], [4, 1, 2], [4, 2, 1]]
        for maxSize in [2, 3, 4, 160] {
            let first = try #require(Self.point(orders[0], maxSize: maxSize))
            for order in orders {
                #expect(Self.point(order, maxSize: maxSize) == first, "\(order)")
                #expect(Self.point(order.map { -$0 }, maxSize: maxSize)?.negative == first.positive, "\(order)")
            }
        }
        // The buckets of 1, 2 and 4 are -1, 0 and 1 at scale 0, and -1, 0 and 0 a scale below.
        let three = Self.point([1, 2, 4], maxSize: 3)
        #expect(three?.scale == 0)
        #expect(three?.positive.offset == -1)
        #expect(three?.positive.counts == [1, 1, 1])
        let two = Self.point([1, 2, 4], maxSize: 2)
        #expect(two?.scale == -1)
        #expect(two?.positive.offset == -1)
        #expect(two?.positive.counts == [1, 2])
    }

    @Test(arguments: [2, 3, 4, 7, 8, 9, 160, 1024]) func anyOrderOfManyValuesGivesTheSameResult(maxSize: Int) throws {
        var random = SeededNumbers(seed: 5)
        var values = (0..<60).map { _ in random.double(exponents: -20...20) * (Bool.random(using: &random) ? 1 : -1) }
        values = values.map { $0.rounded() }
        let first = try #require(Self.point(values, maxSize: maxSize))
        for _ in 0..<20 {
            values.shuffle(using: &random)
            #expect(Self.point(values, maxSize: maxSize) == first)
        }
    }

    @Test(arguments: [2, 3, 4, 160, 1024]) func theFullRangeOfDoublesFits(maxSize: Int) throws {
        let values: [Double] = [.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1, .leastNormalMagnitude]
        let point = try #require(Self.point(values + values.map { -$0 }, maxSize: maxSize))
        var model = ExponentialModel(maxSize: maxSize)
        for value in values + values.map({ -$0 }) { model.record(value) }
        #expect(ExponentialModel.Point(point) == model.point())
        #expect(point.positive.counts.count <= maxSize)
        #expect(point.positive.counts.reduce(0, +) == 4)
        #expect(point.negative == point.positive)
        if maxSize == 2 {
            #expect(point.scale == -11)
            #expect(point.positive.offset == -1)
            #expect(point.positive.counts == [3, 1])
        }
    }

    @Test func bothSidesShareOneScale() {
        let wide = Self.point([1, 1e7, -1])
        #expect(wide?.scale == 2)
        #expect(wide?.negative.offset == -1)
        #expect(wide?.negative.counts == [1])
        let wideLater = Self.point([-1.5, -1.5, 1, 1e7])
        #expect(wideLater?.scale == 2)
        #expect(wideLater?.negative.offset == 2)
        #expect(wideLater?.negative.counts == [2])
        let wideBelow = Self.point([1.5, -1, -1e7, 1.5])
        #expect(wideBelow?.scale == 2)
        #expect(wideBelow?.positive.offset == 2)
        #expect(wideBelow?.positive.counts == [2])
    }

    @Test(arguments: -10...20) func theScaleNeverExceedsItsSetting(maxScale: Int) throws {
        let single = try #require(Self.point([1.5], maxScale: maxScale))
        #expect(single.scale == maxScale)
        #expect(single.positive.offset == ExponentialScale.index(of: 1.5, scale: maxScale))
        let several = try #require(Self.point([1, 20], maxScale: maxScale))
        #expect(several.scale == min(maxScale, 5))
    }

    @Test(arguments: [2, 3, 160, 1024]) func theSizeIsUsedToTheFullAndNoFurther(maxSize: Int) throws {
        // One value in the middle of each bucket of scale 3.
        let values = (0..<maxSize).map { index in
            let low = ExponentialScale.lowerBound(of: index - maxSize / 2, scale: 3)
            return low + (ExponentialScale.lowerBound(of: index + 1 - maxSize / 2, scale: 3) - low) / 2
        }
        let full = try #require(Self.point(values, maxSize: maxSize, maxScale: 3))
        #expect(full.scale == 3)
        #expect(full.positive.offset == -(maxSize / 2))
        #expect(full.positive.counts == Array(repeating: 1, count: maxSize))
        let next = ExponentialScale.lowerBound(of: maxSize - maxSize / 2, scale: 3) * 1.01
        let beyond = try #require(Self.point(values + [next], maxSize: maxSize, maxScale: 3))
        #expect(beyond.scale < 3)
        #expect(beyond.positive.counts.count <= maxSize)
        #expect(beyond.positive.counts.reduce(0, +) == UInt64(maxSize + 1))
    }
}
