public import VitalsMetrics

/// One point: a series of a metric at the time of the collection.
public struct CollectedPoint: Sendable {
    /// What a point holds.
    public enum Value: Sendable, Hashable {
        /// An integer.
        case int(Int)
        /// A double.
        case double(Double)
        /// A histogram.
        case histogram(CollectedHistogram)
        /// An exponential histogram.
        case exponential(CollectedExponential)
    }

    /// The attributes of the series.
    public let attributes: Attributes
    /// Since when the value counts, unix nanoseconds.
    public let start: UInt64
    /// The value.
    public let value: Value
    /// The exemplars.
    public let exemplars: [Exemplar]

    /// The value as a number, if it is one.
    public var number: Double? {
        switch value {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The value as an integer, if it is one.
    public var int: Int? {
        if case .int(let value) = value { value } else { nil }
    }

    /// The value as a histogram, if it is one.
    public var histogram: CollectedHistogram? {
        if case .histogram(let value) = value { value } else { nil }
    }

    /// The value as an exponential histogram, if it is one.
    public var exponential: CollectedExponential? {
        if case .exponential(let value) = value { value } else { nil }
    }

    init(_ family: FamilySnapshot, _ row: SeriesRow) {
        attributes = family.labels(row)?.attributes ?? [:]
        start = row.start
        exemplars = family.exemplars(row)
        if let point = family.exponential(row) {
            value = .exponential(CollectedExponential(point))
        } else if case .histogram(let bounds) = family.data, let point = family.histogram(row) {
            value = .histogram(CollectedHistogram(point, bounds))
        } else if family.number == .double {
            value = .double(Double(bitPattern: row.value))
        } else {
            value = .int(Int(truncatingIfNeeded: row.value))
        }
    }
}

/// A histogram point.
public struct CollectedHistogram: Sendable, Hashable {
    /// How many values there were.
    public let count: UInt64
    /// Their sum.
    public let sum: Double?
    /// The least, where it is known.
    public let minimum: Double?
    /// The greatest, where it is known.
    public let maximum: Double?
    /// The inclusive upper bounds.
    public let bounds: [Double]
    /// The count of each bucket, not cumulative; one more than bounds.
    public let buckets: [UInt64]

    init(_ point: HistogramPoint, _ bounds: [Double]) {
        count = point.count
        sum = point.sum
        minimum = point.minimum
        maximum = point.maximum
        self.bounds = bounds
        buckets = Array(point.buckets)
    }
}

/// An exponential histogram point.
public struct CollectedExponential: Sendable, Hashable {
    /// Neighbouring buckets on one side of zero.
    public struct Buckets: Sendable, Hashable {
        /// The index of the first.
        public let offset: Int
        /// The counts from there on.
        public let counts: [UInt64]

        init(_ side: ExponentialPoint.Side) {
            offset = side.offset
            counts = Array(side.counts)
        }
    }

    /// How many values there were.
    public let count: UInt64
    /// Their sum.
    public let sum: Double?
    /// The least, where it is known.
    public let minimum: Double?
    /// The greatest, where it is known.
    public let maximum: Double?
    /// The resolution.
    public let scale: Int
    /// How many were zero, or as near as makes no difference.
    public let zeroCount: UInt64
    /// Up to this magnitude a value counts as zero.
    public let zeroThreshold: Double
    /// The values above zero.
    public let positive: Buckets
    /// The values below zero.
    public let negative: Buckets

    init(_ point: ExponentialPoint) {
        count = point.count
        sum = point.sum
        minimum = point.minimum
        maximum = point.maximum
        scale = point.scale
        zeroCount = point.zeroCount
        zeroThreshold = point.zeroThreshold
        positive = Buckets(point.positive)
        negative = Buckets(point.negative)
    }
}
