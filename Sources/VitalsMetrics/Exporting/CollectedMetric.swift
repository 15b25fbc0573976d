/// One metric of a collection.
public struct CollectedMetric: Sendable {
    /// What the points of a metric are.
    public enum Kind: Sendable, Hashable {
        /// A sum that only grows.
        case monotonicSum
        /// A sum that may shrink.
        case sum
        /// A last value.
        case gauge
        /// A histogram with explicit bounds.
        case histogram
        /// An exponential histogram.
        case exponentialHistogram
    }

    /// The meter that declared it.
    public let scope: InstrumentationScope
    /// The name.
    public let name: String
    /// The unit.
    public let unit: Unit
    /// The description.
    public let description: String
    /// What its points are.
    public let kind: Kind
    /// Whether its points are changes since the last acknowledged collection.
    public let isDelta: Bool
    /// When it was collected, unix nanoseconds.
    public let time: UInt64
    /// The points in a stable order.
    public let points: [CollectedPoint]

    /// The point of the series with exactly these attributes.
    public subscript(attributes: Attributes) -> CollectedPoint? {
        points.first { $0.attributes == attributes }
    }

    init(_ family: FamilySnapshot) {
        scope = family.scope
        name = family.name
        unit = family.unit
        description = family.description
        isDelta = family.isDelta
        time = family.time
        switch family.data {
        case .sum(let isMonotonic): kind = isMonotonic ? .monotonicSum : .sum
        case .gauge: kind = .gauge
        case .histogram: kind = .histogram
        case .exponential: kind = .exponentialHistogram
        }
        points = family.rows.map { CollectedPoint(family, $0) }
    }
}
