import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Where values are counted, and that nothing is lost when blocks grow, windows move and scales change.
@Suite struct ExponentialBucketTests {
    /// A value in the middle of a bucket.
    private static func middle(_ index: Int, scale: Int) -> Double {
        let low = ExponentialScale.lowerBound(of: index, scale: scale)
        return low + (ExponentialScale.lowerBound(of: index + 1, scale: scale) - low) / 2
    }

    @Test func powersOfTwoFallIntoTheLowerBucket() {
        var modelled = ModelledHistogram(ExponentialModel(maxScale: 0))
        for value in [1, 2, 4, 8, 0.5] { modelled.record(value) }
        let point = modelled.reader.exponentialHistogram("h")
        #expect(point?.positive.offset == -2)
        #expect(point?.positive.counts == [1, 1, 1, 1, 1])
        modelled.record(4.0.nextUp)
        #expect(modelled.reader.exponentialHistogram("h")?.positive.counts == [1, 1, 1, 1, 2])
    }

    @Test func theZeroThresholdIsInclusiveOnBothSides() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(zeroThreshold: 0.25))
        for value in [0, -0.0, 0.25, -0.25, 0.1, -0.1, .leastNonzeroMagnitude] { histogram.record(value) }
        histogram.record(0.25.nextUp)
        histogram.record(-(0.25.nextUp))
        let point = reader.exponentialHistogram("h")
        #expect(point?.zeroCount == 7)
        #expect(point?.zeroThreshold == 0.25)
        #expect(point?.count == 9)
        #expect(point?.positive.offset == -2 << 20)
        #expect(point?.positive.counts == [1])
        #expect(point?.negative == point?.positive)
        #expect(point?.minimum == -(0.25.nextUp))
        #expect(point?.maximum == 0.25.nextUp)
    }

    @Test func withoutAThresholdOnlyZeroIsZero() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential())
        for value in [0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude] { histogram.record(value) }
        let point = reader.exponentialHistogram("h")
        #expect(point?.zeroCount == 2)
        #expect(point?.zeroThreshold == 0)
        #expect(point?.positive.counts == [1])
        #expect(point?.negative.counts == [1])
        #expect(point?.positive.offset == -1_126_170_625)
    }

    @Test(arguments: [1, -1]) func growingToHigherIndexesLosesNothing(sign: Int) {
        var modelled = ModelledHistogram(ExponentialModel(maxSize: 256, maxScale: 3))
        for index in 0..<256 {
            for _ in 0...(index % 5) { modelled.record(Double(sign) * Self.middle(index, scale: 3)) }
            // After each step: the block grows at 8, 16, 32, 64 and 128 buckets.
            #expect(modelled.point == modelled.model.point())
        }
        #expect(modelled.point?.scale == 3)
    }

    @Test(arguments: [1, -1]) func growingToLowerIndexesLosesNothing(sign: Int) {
        var modelled = ModelledHistogram(ExponentialModel(maxSize: 256, maxScale: 3))
        for index in (0..<256).reversed() {
            for _ in 0...(index % 5) { modelled.record(Double(sign) * Self.middle(index - 100, scale: 3)) }
            #expect(modelled.point == modelled.model.point())
        }
        #expect(modelled.point?.scale == 3)
    }

    @Test func growingToBothEndsInTurnLosesNothing() {
        var modelled = ModelledHistogram(ExponentialModel(maxSize: 160, maxScale: 3))
        for step in 0..<100 {
            let index = step % 2 == 0 ? step / 2 : -(step / 2) - 1
            modelled.record(Self.middle(index, scale: 3))
            modelled.record(-Self.middle(-3 * index, scale: 3))
            #expect(modelled.point == modelled.model.point())
        }
    }

    @Test func jumpsWithinAndBeyondTheWindowLoseNothing() {
        var random = SeededNumbers(seed: 9)
        for maxSize in [2, 3, 5, 8, 9, 16, 17, 160, 1024] {
            var modelled = ModelledHistogram(ExponentialModel(maxSize: maxSize))
            for reach in [0, 1, 3, 10, 40, 200, 1000] {
                for _ in 0..<8 {
                    modelled.record(random.double(exponents: -reach...reach))
                    modelled.record(-random.double(exponents: -reach / 2...reach))
                }
                #expect(modelled.point == modelled.model.point(), "\(maxSize) buckets, 2^±\(reach)")
            }
        }
    }

    /// The vector of the specification: at scale 0 the counts 3, 1, 2, 3, … begin at bucket -6; two scales
    /// below they are 4, 14, 30, 10 from bucket -2 on.
    @Test func downscalingFollowsTheVectorOfTheSpecification() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(maxSize: 11, maxScale: 0))
        for (position, count) in [3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].enumerated() {
            for _ in 0..<count { histogram.record(Self.middle(position - 6, scale: 0)) }
        }
        let before = reader.exponentialHistogram("h")
        #expect(before?.scale == 0)
        #expect(before?.positive.offset == -6)
        #expect(before?.positive.counts == [3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        // Bucket 16 is too far for one halving, and 4 after two.
        histogram.record(Self.middle(16, scale: 0))
        let after = reader.exponentialHistogram("h")
        #expect(after?.scale == -2)
        #expect(after?.positive.offset == -2)
        #expect(after?.positive.counts == [4, 14, 30, 10, 0, 0, 1])
    }

    @Test func mergingFollowsTheVectorOfTheSpecification() {
        typealias Place = ExponentialPoint.Place
        let counts: [UInt64] = [3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        for place in [Place.positive, Place.negative] {
            var point = Array(repeating: UInt64(0), count: Place.buckets)
            point[Place.scale] = 5
            point[place] = UInt64(bitPattern: -6)
            point[place + 1] = 11
            point += counts
            var merge = ExponentialMerge()
            merge.begin(maxScale: 20)
            point.withUnsafeBufferPointer { point in
                if let start = point.baseAddress { merge.add(start, isTakenAway: false, .double) }
            }
            var words: [UInt64] = []
            merge.finish(maxSize: 4, into: &words)
            #expect(words[Place.scale] == 3)
            #expect(words[place] == UInt64(bitPattern: -2))
            #expect(words[place + 1] == 4)
            #expect(Array(words[Place.buckets...]) == [4, 14, 30, 10])
            #expect(words[Place.count] == 58)
        }
    }

    @Test func aLateValueOnTheOtherSideDownscalesBoth() {
        var modelled = ModelledHistogram(ExponentialModel(maxSize: 4))
        for value in [1, 1.1, 1.2, 1.3] { modelled.record(value) }
        #expect(modelled.point == modelled.model.point())
        let before = modelled.point?.scale
        for value in [-1, -1000, -1e6] {
            modelled.record(value)
            #expect(modelled.point == modelled.model.point())
        }
        #expect(modelled.point?.scale != before)
        #expect(modelled.point?.positive.counts.reduce(0, +) == 4)
    }

    @Test func integersAreBucketedLikeDoubles() {
        var random = SeededNumbers(seed: 31)
        let reader = InMemoryReader()
        let integers = reader.meter().histogram("integers", of: Int.self, buckets: .exponential())
        let doubles = reader.meter().histogram("doubles", buckets: .exponential())
        for _ in 0..<500 {
            let value = Int.random(in: -1_000_000...1_000_000, using: &random) >> Int.random(in: 0...20, using: &random)
            integers.record(value)
            doubles.record(value)
        }
        #expect(reader.exponentialHistogram("integers") == reader.exponentialHistogram("doubles"))
        #expect(reader.exponentialHistogram("integers")?.count == 500)
    }

    @Test func integersOfAnySizeAreTaken() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: .exponential())
        for value in [Int.max, .min, 0, 1, -1] { histogram.record(value) }
        let point = reader.exponentialHistogram("h")
        #expect(point?.count == 5)
        #expect(point?.zeroCount == 1)
        // 1 and 2^63 are 63 powers apart: 127 buckets at scale 1 and one for the bound.
        #expect(point?.scale == 1)
        #expect(point?.positive.offset == -1)
        #expect(point?.positive.counts.count == 127)
        #expect(point?.negative == point?.positive)
        #expect(point?.sum == -1)
    }

    @Test func labelledSeriesHaveScalesOfTheirOwn() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential())
        histogram.record(1, ["range": "narrow"])
        for value in [1e-6, 1e6] { histogram.record(value, ["range": "wide"]) }
        #expect(reader.exponentialHistogram("h", ["range": "narrow"])?.scale == 20)
        #expect(reader.exponentialHistogram("h", ["range": "wide"])?.scale == 2)
    }
}
