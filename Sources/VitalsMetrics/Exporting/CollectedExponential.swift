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
