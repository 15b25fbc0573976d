import VitalsTesting

@testable import VitalsMetrics

/// What an exponential histogram has to report, computed from all its values at once.
struct ExponentialModel {
    struct Side: Equatable {
        var offset = 0
        var counts: [UInt64] = []
    }

    struct Point: Equatable {
        var count: UInt64
        var sum: Double?
        var scale: Int
        var zeroCount: UInt64
        var positive: Side
        var negative: Side
    }

    let maxSize: Int
    let maxScale: Int
    let zeroThreshold: Double
    private(set) var values: [Double] = []
    private var finest: [Int] = []
    private(set) var sum = 0.0

    init(maxSize: Int = 160, maxScale: Int = 20, zeroThreshold: Double = 0) {
        self.maxSize = maxSize
        self.maxScale = maxScale
        self.zeroThreshold = zeroThreshold
    }

    var buckets: Buckets { .exponential(maxSize: maxSize, maxScale: maxScale, zeroThreshold: zeroThreshold) }

    mutating func record(_ value: Double) {
        values.append(value)
        sum += value
        let magnitude = value.magnitude
        // Where 64 bits cannot tell, the spec grants either of two buckets.
        finest.append(
            magnitude == 0
                ? 0 : ReferenceIndex.index(of: magnitude, scale: 20) ?? ExponentialScale.index(of: magnitude, scale: 20)
        )
    }

    /// The highest scale at which both sides fit.
    var scale: Int {
        var scale = maxScale
        while !fits(false, scale) || !fits(true, scale) { scale -= 1 }
        return scale
    }

    private func indexes(_ isNegative: Bool, _ scale: Int, from first: Int = 0) -> [Int] {
        values.indices.dropFirst(first).compactMap { place in
            let value = values[place]
            guard value.magnitude > zeroThreshold, (value < 0) == isNegative else { return nil }
            return finest[place] >> (20 - scale)
        }
    }

    private func fits(_ isNegative: Bool, _ scale: Int) -> Bool {
        let indexes = indexes(isNegative, scale)
        guard let low = indexes.min(), let high = indexes.max() else { return true }
        return high - low < maxSize
    }

    private func side(_ isNegative: Bool, _ scale: Int, from first: Int) -> Side {
        let indexes = indexes(isNegative, scale, from: first)
        guard let low = indexes.min(), let high = indexes.max() else { return Side() }
        var counts = Array(repeating: UInt64(0), count: high - low + 1)
        for index in indexes { counts[index - low] += 1 }
        return Side(offset: low, counts: counts)
    }

    /// The point of all values, or of those from number `first` on; the scale is always that of all.
    func point(from first: Int = 0, sumBefore: Double = 0) -> Point {
        let scale = scale
        return Point(
            count: UInt64(values.count - first), sum: sum - sumBefore, scale: scale,
            zeroCount: UInt64(values[first...].count { $0.magnitude <= zeroThreshold }),
            positive: side(false, scale, from: first), negative: side(true, scale, from: first))
    }
}

extension ExponentialModel.Point {
    init(_ point: CollectedExponential) {
        self.init(
            count: point.count, sum: point.sum, scale: point.scale, zeroCount: point.zeroCount,
            positive: ExponentialModel.Side(offset: point.positive.offset, counts: point.positive.counts),
            negative: ExponentialModel.Side(offset: point.negative.offset, counts: point.negative.counts))
    }
}

/// A histogram and the model of it, fed with the same values.
struct ModelledHistogram {
    let reader: InMemoryReader
    let histogram: Histogram<Double>
    private(set) var model: ExponentialModel

    init(_ model: ExponentialModel = ExponentialModel(), temporality: Temporality = .cumulative) {
        reader = InMemoryReader(temporality: temporality)
        histogram = reader.meter().histogram("h", buckets: model.buckets)
        self.model = model
    }

    mutating func record(_ value: Double) {
        histogram.record(value)
        model.record(value)
    }

    /// What the reader reports now.
    var point: ExponentialModel.Point? {
        reader.exponentialHistogram("h").map(ExponentialModel.Point.init)
    }
}
