import Testing

@testable import VitalsMetrics

@Suite struct ExponentialIndexTests {
    private static let scales = [-10, -4, -1, 0, 1, 3, 8, 20]

    /// Computed with 80-digit arithmetic.
    private static let vectors: [(value: Double, indexes: [Int])] = [
        (1, [-1, -1, -1, -1, -1, -1, -1, -1]),
        (1.5, [0, 0, 0, 0, 1, 4, 149, 613377]),
        (2, [0, 0, 0, 0, 1, 7, 255, 1048575]),
        (4, [0, 0, 0, 1, 3, 15, 511, 2097151]),
        (10, [0, 0, 1, 3, 6, 26, 850, 3483294]),
        (0.5, [-1, -1, -1, -2, -3, -9, -257, -1048577]),
        (0.001, [-1, -1, -5, -10, -20, -80, -2552, -10449883]),
        (0x1p-1022, [-1, -64, -512, -1023, -2045, -8177, -261633, -1071644673]),
        (.greatestFiniteMagnitude, [0, 63, 511, 1023, 2047, 8191, 262143, 1073741823]),
    ]

    @Test func exactVectors() {
        for (value, indexes) in Self.vectors {
            for (scale, index) in zip(Self.scales, indexes) {
                #expect(ExponentialScale.index(of: value, scale: scale) == index, "\(value) at scale \(scale)")
            }
        }
    }

    @Test func theReferenceOfTheseTestsAgreesWithTheVectors() {
        for (value, indexes) in Self.vectors {
            for (scale, index) in zip(Self.scales, indexes) {
                // The greatest double lies within 2^-53 of a bound.
                let reference = ReferenceIndex.index(of: value, scale: scale)
                #expect(reference == index, "\(value) at scale \(scale)")
            }
        }
    }

    @Test func extremesAtTheFinestScale() {
        #expect(ExponentialScale.index(of: .greatestFiniteMagnitude, scale: 20) == 1_073_741_823)
        #expect(ExponentialScale.index(of: .leastNonzeroMagnitude, scale: 20) == -1_126_170_625)
        #expect(ExponentialScale.index(of: Double(Int64.max), scale: 20) == 66_060_287)
        #expect(ExponentialScale.index(of: .leastNormalMagnitude, scale: 20) == -1_071_644_673)
    }

    @Test(arguments: -11...20) func indexesFitThirtyTwoBits(scale: Int) {
        for value in [Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude, 1] {
            #expect(Int32(exactly: ExponentialScale.index(of: value, scale: scale)) != nil)
        }
    }

    @Test(arguments: -11...20) func powersOfTwoAreExact(scale: Int) {
        for exponent in -1074...1023 {
            let value = Double(sign: .plus, exponent: exponent, significand: 1)
            let index = scale > 0 ? (exponent << scale) - 1 : (exponent - 1) >> -scale
            #expect(ExponentialScale.index(of: value, scale: scale) == index, "2^\(exponent)")
        }
    }

    @Test(arguments: -11...20) func neighboursOfPowersOfTwoFallOnTheRightSide(scale: Int) {
        for exponent in -1021...1022 {
            let value = Double(sign: .plus, exponent: exponent, significand: 1)
            let above = scale > 0 ? exponent << scale : exponent >> -scale
            #expect(ExponentialScale.index(of: value.nextUp, scale: scale) == above, "above 2^\(exponent)")
            let below = scale > 0 ? (exponent << scale) - 1 : (exponent - 1) >> -scale
            #expect(ExponentialScale.index(of: value.nextDown, scale: scale) == below, "below 2^\(exponent)")
        }
    }

    @Test(arguments: -11...20) func randomValuesAgreeWithIntegerArithmetic(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 100))
        var compared = 0
        for _ in 0..<2000 {
            let value = random.positiveDouble()
            guard let reference = ReferenceIndex.index(of: value, scale: scale) else { continue }
            #expect(ExponentialScale.index(of: value, scale: scale) == reference, "\(value)")
            compared += 1
        }
        #expect(compared > 1900)
    }

    @Test(arguments: -11...20) func subnormalsAgreeWithIntegerArithmetic(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 200))
        let few = (1...64).map { Double(bitPattern: $0) }
        let many = (0..<500).map { _ in Double(bitPattern: UInt64.random(in: 1..<(1 << 52), using: &random)) }
        for value in few + many {
            guard let reference = ReferenceIndex.index(of: value, scale: scale) else { continue }
            #expect(ExponentialScale.index(of: value, scale: scale) == reference, "\(value)")
        }
    }

    @Test(arguments: -10...20) func aScaleLowerHalvesTheIndex(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 300))
        for _ in 0..<1000 {
            let value = random.positiveDouble()
            let fine = ExponentialScale.index(of: value, scale: scale)
            #expect(ExponentialScale.index(of: value, scale: scale - 1) == fine >> 1, "\(value)")
        }
    }

    @Test(arguments: -11...20) func indexesNeverFallAsValuesRise(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 400))
        for _ in 0..<1000 {
            let value = random.positiveDouble()
            guard value.nextUp.isFinite else { continue }
            let index = ExponentialScale.index(of: value, scale: scale)
            #expect(ExponentialScale.index(of: value.nextUp, scale: scale) >= index, "\(value)")
        }
    }

    @Test(arguments: -11...20) func valuesLieWithinTheBoundsOfTheirBucket(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 500))
        // Bounds are rounded to doubles, a few units in the last place for the exponential function.
        let slack = 1 + 8 * Double.ulpOfOne
        for _ in 0..<2000 {
            let value = random.positiveDouble()
            guard value >= .leastNormalMagnitude else { continue }
            let index = ExponentialScale.index(of: value, scale: scale)
            let lower = ExponentialScale.lowerBound(of: index, scale: scale)
            let upper = ExponentialScale.lowerBound(of: index + 1, scale: scale)
            #expect(lower < value * slack, "\(value) at \(index)")
            #expect(value <= upper * slack, "\(value) at \(index)")
        }
    }

    @Test(arguments: -11...0) func boundsAtScalesUpToZeroAreExact(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 600))
        for _ in 0..<2000 {
            let value = random.positiveDouble()
            let index = ExponentialScale.index(of: value, scale: scale)
            #expect(ExponentialScale.lowerBound(of: index, scale: scale) < value, "\(value)")
            #expect(value <= ExponentialScale.lowerBound(of: index + 1, scale: scale), "\(value)")
        }
    }

    @Test(arguments: 1...20) func boundsOfBucketsLieInOrder(scale: Int) {
        var random = SeededNumbers(seed: UInt64(scale + 700))
        for _ in 0..<1000 {
            let index = Int.random(in: (-1022 << scale)..<(1023 << scale), using: &random)
            let lower = ExponentialScale.lowerBound(of: index, scale: scale)
            let upper = ExponentialScale.lowerBound(of: index + 1, scale: scale)
            #expect(lower < upper)
            // The middle of a bucket is surely in it.
            #expect(ExponentialScale.index(of: lower + (upper - lower) / 2, scale: scale) == index)
        }
    }

    @Test func boundsBeyondTheDoublesAreInfiniteOrZero() {
        for scale in -11...20 {
            #expect(ExponentialScale.lowerBound(of: scale > 0 ? 1024 << scale : 1 << 12, scale: scale) == .infinity)
            #expect(ExponentialScale.lowerBound(of: 1 << 40, scale: scale) == .infinity)
            #expect(ExponentialScale.lowerBound(of: -(1 << 40), scale: scale) == 0)
            #expect(ExponentialScale.lowerBound(of: .max, scale: scale) == .infinity)
            #expect(ExponentialScale.lowerBound(of: .min, scale: scale) == 0)
        }
    }

    @Test(arguments: [
        (-6, 4, 11, 0), (-6, 4, 10, 1), (-6, 4, 4, 2), (0, 0, 1, 0), (-1, 0, 2, 0), (0, 159, 160, 0),
        (0, 160, 160, 1), (-1, 159, 160, 1), (-1, 1 << 30, 2, 31), (-1_126_170_625, 1_073_741_823, 2, 31),
        (-1_126_170_625, 1_073_741_823, 160, 24),
    ])
    func halvingsBringARangeToASize(low: Int, high: Int, size: Int, expected: Int) {
        let halvings = ExponentialScale.halvings(low: low, high: high, size: size)
        #expect(halvings == expected)
        #expect((high >> halvings) - (low >> halvings) < size)
        if halvings > 0 { #expect((high >> (halvings - 1)) - (low >> (halvings - 1)) >= size) }
    }

    @Test func halvingsEndEvenWhereNothingCanFit() {
        // The two sides of zero never meet, so a size of one is never reached.
        #expect(ExponentialScale.halvings(low: -1, high: 0, size: 1) <= 64)
        #expect(ExponentialScale.halvings(low: .min / 2, high: .max / 2, size: 2) <= 64)
    }
}
