import Testing
import VitalsMetrics
import VitalsPrometheus

/// Exponential histograms in formats that have no native ones.
@Suite struct ClassicBucketsTests {
    struct Bucket: Hashable {
        let bound: Double
        let count: UInt64
    }

    /// The buckets of each series of the family `wide`, by the label `s`; the checker has seen to it that they ascend,
    /// that no bound is there twice and that +Inf is the count.
    private static func buckets(_ renderer: PrometheusRenderer, _ accept: String) throws -> [String: [Bucket]] {
        var found: [String: [Bucket]] = [:]
        for sample in try renderer.parsed(accept).samples where sample.name == "wide_bucket" {
            let bucket = Bucket(
                bound: ExpositionLine.number(sample.label("le") ?? "") ?? .nan, count: UInt64(sample.value))
            found[sample.label("s") ?? "", default: []].append(bucket)
        }
        return found
    }

    private static func render(_ buckets: Buckets, _ values: [Double]) throws -> [Bucket] {
        let registry = Registry.still()
        let histogram = registry.meter("shop").histogram("wide", buckets: buckets)
        for value in values { histogram.record(value) }
        let renderer = PrometheusRenderer(registry, options: .bare)
        let text = try Self.buckets(renderer, Accept.text)[""] ?? []
        #expect(try Self.buckets(renderer, Accept.openMetrics)[""] == text)
        let decoded = try #require(try renderer.decoded().first?.metrics.first?.histogram)
        #expect(decoded.buckets.map { Bucket(bound: $0.bound, count: $0.count) } == text)
        return text
    }

    static let tables: [([Double], [Double], [UInt64])] = [
        ([1], [1, .infinity], [1, 1]),
        ([0], [0, .infinity], [1, 1]),
        ([0, 3, 3, 4, 5], [0, 4, 8, .infinity], [1, 4, 5, 5]),
        // A bound is shown where one is needed to tell negative from positive values.
        ([-3], [-2, 0, .infinity], [1, 1, 1]),
        ([-1, -0.3, 0.3], [-0.5, -0.25, 0, 0.5, .infinity], [1, 2, 2, 3, 3]),
        ([.greatestFiniteMagnitude], [.infinity], [1]),
        ([-.greatestFiniteMagnitude], [-0x1p1023, 0, .infinity], [1, 1, 1]),
        ([.leastNonzeroMagnitude], [.leastNonzeroMagnitude, .infinity], [1, 1]),
        ([-.leastNonzeroMagnitude], [-.leastNonzeroMagnitude, 0, .infinity], [1, 1, 1]),
    ]

    @Test(arguments: tables)
    func boundsArePowersOfTwo(_ values: [Double], _ bounds: [Double], _ counts: [UInt64]) throws {
        let buckets = try Self.render(.exponential(), values)
        #expect(buckets.map(\.bound) == bounds)
        #expect(buckets.map(\.count) == counts)
    }

    @Test func hugeRangesTakeCoarserPowers() throws {
        let values = [.leastNonzeroMagnitude, 1e-300, 1, 1e300, .greatestFiniteMagnitude]
        for buckets in [Buckets.exponential(), .exponential(maxSize: 2), .exponential(maxSize: 1024, maxScale: 0)] {
            for signs in [[1.0], [-1], [1, -1]] {
                let signed = signs.flatMap { sign in values.map { $0 * sign } }
                let found = try Self.render(buckets, signed)
                #expect(found.count <= 2 * 64 + 2)
                #expect(found.last == Bucket(bound: .infinity, count: UInt64(signed.count)))
                for bound in found.dropLast().map(\.bound) where bound != 0 {
                    #expect(bound.magnitude.significand == 1, "\(bound) is no power of two")
                }
            }
        }
    }

    @Test func aFamilyHasOneSetOfBoundsAndShowsItAgain() throws {
        let registry = Registry.still()
        let histogram = registry.meter("shop").histogram("wide", buckets: .exponential())
        histogram.record(3, ["s": "a"])
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try Self.buckets(renderer, Accept.text)["a"]?.map(\.bound) == [4, .infinity])
        histogram.record(30, ["s": "b"])
        histogram.record(-1, ["s": "c"])
        let all = [-0.5, 0, 4, 8, 16, 32, .infinity]
        #expect(
            try Self.buckets(renderer, Accept.text).mapValues { $0.map(\.bound) } == ["a": all, "b": all, "c": all])
        // What a bound was shown for is gone; the bound is not, or rates over `le` would break.
        histogram.remove(["s": "b"])
        histogram.remove(["s": "c"])
        #expect(try Self.buckets(renderer, Accept.text).mapValues { $0.map(\.bound) } == ["a": all])
        #expect(try Self.buckets(renderer, Accept.text)["a"]?.map(\.count) == [0, 0, 1, 1, 1, 1, 1])
        // Not even when other families come, for which a format is worked out anew.
        registry.meter("shop").gauge("depth").set(1)
        #expect(try Self.buckets(renderer, Accept.text)["a"]?.map(\.bound) == all)
    }

    @Test func aRangeThatOutgrowsItsBoundsKeepsEverySecond() throws {
        let registry = Registry.still()
        let histogram = registry.meter("shop").histogram("wide", buckets: .exponential())
        let renderer = PrometheusRenderer(registry, options: .bare)
        histogram.record(0x1.8p0, ["s": "a"])
        histogram.record(0x1.8p60, ["s": "a"])
        let before = try #require(try Self.buckets(renderer, Accept.text)["a"])
        #expect(before.map(\.bound) == (1...61).map { Double(sign: .plus, exponent: $0, significand: 1) } + [.infinity])
        histogram.record(0x1.8p90, ["s": "b"])
        let after = try #require(try Self.buckets(renderer, Accept.text)["a"])
        #expect(
            after.map(\.bound)
                == (1...46).map { Double(sign: .plus, exponent: 2 * $0, significand: 1) } + [.infinity])
        let counts = Dictionary(uniqueKeysWithValues: before.map { ($0.bound, $0.count) })
        for bucket in after { #expect(counts[bucket.bound] ?? bucket.count == bucket.count) }
    }

    /// Streams that meet under one name.
    @Test func joinedFamiliesShareTheirBounds() throws {
        let registry = Registry.still()
        let one = registry.meter("one").histogram("wide", buckets: .exponential())
        let other = registry.meter("other").histogram("wide", buckets: .exponential())
        one.record(3, ["s": "a"])
        other.record(30, ["s": "b"])
        let renderer = PrometheusRenderer(registry, options: .bare)
        let bounds = try Self.buckets(renderer, Accept.text).mapValues { $0.map(\.bound) }
        #expect(bounds == ["a": [4, 8, 16, 32, .infinity], "b": [4, 8, 16, 32, .infinity]])
    }

    @Test(arguments: Array(UInt64(1)...60))
    func everyBoundCountsWhatIsUpToIt(_ seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let exponents = [-3...3, -40...40, -1000...1000].randomElement(using: &random) ?? 0...0
        let isSigned = Bool.random(using: &random)
        let values = (0..<Int.random(in: 1...300, using: &random)).map { _ -> Double in
            if Int.random(in: 0..<20, using: &random) == 0 { return 0 }
            var value = random.double(exponents: exponents)
            // Exact powers, which stand on a bound.
            if Int.random(in: 0..<4, using: &random) == 0 {
                value = Double(sign: .plus, exponent: value.exponent, significand: 1)
            }
            return isSigned && Bool.random(using: &random) ? -value : value
        }
        let sizes = [2, 4, 20, 160]
        let scales = [-3, 0, 5, 20]
        let buckets = Buckets.exponential(
            maxSize: sizes.randomElement(using: &random) ?? 2, maxScale: scales.randomElement(using: &random) ?? 0)
        for bucket in try Self.render(buckets, values) {
            // Negative buckets hold their bound of the greater magnitude: what stands on one is counted above it.
            let count = values.count { bucket.bound < 0 ? $0 < bucket.bound : $0 <= bucket.bound }
            #expect(bucket.count == UInt64(count), "le \(bucket.bound)")
        }
    }
}
