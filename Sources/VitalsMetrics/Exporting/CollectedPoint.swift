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
