import Testing
import VitalsBytes

@testable import VitalsMetrics
@testable import VitalsPrometheus

@Suite struct NativeHistogramTests {
    typealias Span = DecodedHistogram.Span

    /// The histogram that a scraper decodes after `values` were recorded.
    private static func point(_ buckets: Buckets, _ values: [Double]) throws -> DecodedHistogram {
        let registry = Registry.still()
        let histogram = registry.meter("shop").histogram("wide", buckets: buckets)
        for value in values { histogram.record(value) }
        let renderer = PrometheusRenderer(registry, options: .bare)
        return try #require(try renderer.decoded().first?.metrics.first?.histogram)
    }

    /// The example of the specification: offset 3, counts 10, 0, 0, 20, 5, 2, at a scale where buckets are powers of two.
    @Test func spansAndDeltasOfTheSpecification() throws {
        let counts = [10, 0, 0, 20, 5, 2]
        var values: [Double] = []
        for (place, count) in counts.enumerated() {
            values += Array(repeating: 1.5 * Double(1 << (3 + place)), count: count)
        }
        let point = try Self.point(.exponential(maxScale: 0), values)
        #expect(point.schema == 0)
        #expect(point.positive.spans == [Span(offset: 4, length: 1), Span(offset: 2, length: 3)])
        #expect(point.positive.deltas == [10, 10, -15, -3])
        #expect(point.negative.spans.isEmpty && point.negative.deltas.isEmpty)
        #expect(point.zeroThreshold == 1e-128)
        #expect(point.zeroCount == 0)
        #expect(point.count == 37)
        #expect(point.sum == values.reduce(0, +))
        // Both kinds in one message.
        #expect(point.buckets.map(\.bound) == [16, 32, 64, 128, 256, 512, .infinity])
        #expect(point.buckets.map(\.count) == [10, 10, 10, 30, 35, 37, 37])
    }

    /// What is recorded at scale 0, and the spans and deltas on both sides.
    static let sides: [([Double], [Span], [Int], [Span], [Int])] = [
        ([1], [Span(offset: 0, length: 1)], [1], [], []),
        ([1.5, 2, 3], [Span(offset: 1, length: 2)], [2, -1], [], []),
        ([0.3, 0.3, 100], [Span(offset: -1, length: 1), Span(offset: 7, length: 1)], [2, -1], [], []),
        ([-1], [Span(offset: 0, length: 0)], [], [Span(offset: 0, length: 1)], [1]),
        (
            [-3, -3, -0.6, 5], [Span(offset: 3, length: 1)], [1],
            [Span(offset: 0, length: 1), Span(offset: 1, length: 1)],
            [1, 1]
        ),
        (
            [.leastNonzeroMagnitude], [Span(offset: -1074, length: 1)], [1], [], []
        ),
        ([.greatestFiniteMagnitude], [Span(offset: 1024, length: 1)], [1], [], []),
    ]

    @Test(arguments: sides)
    func bucketsAreNamedByTheirUpperBounds(
        _ values: [Double], _ positive: [Span], _ deltas: [Int], _ negative: [Span], _ others: [Int]
    ) throws {
        let point = try Self.point(.exponential(maxScale: 0), values)
        #expect(point.schema == 0)
        #expect(point.positive.spans == positive)
        #expect(point.positive.deltas == deltas)
        #expect(point.negative.spans == negative)
        #expect(point.negative.deltas == others)
    }

    @Test func finerScalesComeDownToEight() throws {
        // One value is recorded at scale 20.
        let single = try Self.point(.exponential(), [3])
        #expect(single.schema == 8)
        // 3 = 2^1.585; the bucket that ends at or above it is the 406th part of 256 an octave.
        #expect(single.positive.spans == [Span(offset: 406, length: 1)])
        #expect(single.positive.deltas == [1])
        // Neighbours at scale 20 are one bucket at 8; powers of two stay in the lower one.
        let near = try Self.point(.exponential(), [2, 2.000001, 2.000002, 1.999999])
        #expect(DecodedHistogram.counts(near.positive) == [256: 2, 257: 2])
        #expect(near.count == 4)
    }

    @Test(arguments: Array(-10...20))
    func everyScaleKeepsItsCounts(_ scale: Int) throws {
        let values = [0, 0, -1, -0.001, 0.001, 0.5, 1, 2, 3.7, 4, 1e9].map { Double($0) }
        let point = try Self.point(.exponential(maxSize: 1024, maxScale: scale), values)
        #expect(point.buckets.last?.count == 11)
        #expect(point.count == 11)
        guard scale >= -4 else {
            #expect(point.schema == nil && point.zeroThreshold == nil && point.zeroCount == nil)
            #expect(point.positive.spans.isEmpty && point.negative.spans.isEmpty && point.positive.deltas.isEmpty)
            return
        }
        let schema = try #require(point.schema)
        #expect(schema <= min(scale, 8))
        #expect(point.zeroCount == 2)
        // The bounds of each bucket, worked out anew: index i ends at 2^(i·2^−schema).
        for (side, sign) in [(point.positive, 1.0), (point.negative, -1.0)] {
            for (index, count) in DecodedHistogram.counts(side) {
                let inside = values.filter { value in
                    guard value * sign > 0 else { return false }
                    let exact = value.magnitude.exponentOfTwo * Double(sign: .plus, exponent: schema, significand: 1)
                    return exact.rounded(.up) == Double(index)
                }
                #expect(inside.count == count, "bucket \(index) of schema \(schema)")
            }
        }
    }

    @Test func coarserThanTheCoarsestSchemaIsClassicOnly() throws {
        // Two buckets for all doubles above zero.
        let point = try Self.point(.exponential(maxSize: 2), [.leastNonzeroMagnitude, .greatestFiniteMagnitude, 1, 0])
        #expect(point.schema == nil && point.zeroThreshold == nil)
        #expect(point.positive.spans.isEmpty && point.negative.spans.isEmpty)
        #expect(point.buckets.map(\.bound) == [0, 1, .infinity])
        #expect(point.buckets.map(\.count) == [1, 3, 4])
    }

    @Test func zerosAndThresholds() throws {
        let zeros = try Self.point(.exponential(), [0, -0.0])
        #expect(zeros.zeroCount == 2)
        #expect(zeros.zeroThreshold == 1e-128)
        #expect(zeros.positive.spans == [Span(offset: 0, length: 0)])
        #expect(zeros.positive.deltas.isEmpty)
        let wide = try Self.point(.exponential(maxScale: 0, zeroThreshold: 0.5), [0.5, -0.5, 0.25, 0.75, 1])
        #expect(wide.zeroCount == 3)
        #expect(wide.zeroThreshold == 0.5)
        #expect(wide.positive.spans == [Span(offset: 0, length: 1)])
        #expect(wide.buckets.map(\.bound) == [0.5, 1, .infinity])
        #expect(wide.buckets.map(\.count) == [3, 5, 5])
    }

    /// No series is shown before its first value, but one that a removal raced with may be empty.
    @Test func withoutValuesASpanOfNothingTellsThatItIsNative() throws {
        let words: [UInt64] = [0, 0, 0, 0, 0, 20, 0, 0, 0, 0]
        var out = ByteBuffer()
        words.withUnsafeBufferPointer { words in
            let point = ExponentialPoint(
                words: words.baseAddress!, number: .double, hasSum: true, hasMinMax: false, zeroThreshold: 0)
            let row = SeriesRow(series: .nowhere, start: 1_000_000_002, value: 0)
            ProtobufEncoder().appendExponential(point, ClassicBuckets(), row, [], &out)
        }
        let metric = try DecodedMetric(WireMessage(ArraySlice(Array(out.bytes))), .histogram)
        #expect(metric.created == "1+2")
        let point = try #require(metric.histogram)
        #expect(point.count == 0 && point.sum == 0 && point.zeroCount == 0)
        #expect(point.schema == 8)
        #expect(point.zeroThreshold == 1e-128)
        #expect(point.positive.spans == [Span(offset: 0, length: 0)])
        #expect(point.buckets == [DecodedHistogram.Bucket(bound: .infinity, count: 0)])
    }

    @Test func upDownHistogramsHaveASumThatNobodyKnows() throws {
        let registry = Registry.still([View("level", aggregation: .histogram(.exponential(maxScale: 0)))])
        registry.meter("shop").upDownCounter("level").add(-3)
        let point = try #require(try PrometheusRenderer(registry).decoded().first?.metrics.first?.histogram)
        #expect(point.count == 1)
        #expect(point.sum?.isNaN == true)
        #expect(point.negative.spans == [Span(offset: 2, length: 1)])
    }
}

extension Double {
    /// The logarithm to the base of two, by halving: independent of the library's way.
    fileprivate var exponentOfTwo: Double {
        var fraction = significand
        var logarithm = Double(exponent)
        var bit = 0.5
        for _ in 0..<40 {
            fraction *= fraction
            if fraction >= 2 {
                fraction /= 2
                logarithm += bit
            }
            bit /= 2
        }
        return logarithm
    }
}
