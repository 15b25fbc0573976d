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
