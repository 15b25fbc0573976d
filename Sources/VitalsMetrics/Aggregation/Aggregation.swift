/// How measurements become points.
public struct Aggregation: Sendable, Hashable {
    enum Choice: Sendable, Hashable {
        case byKind
        case drop
        case sum
        case lastValue
        case explicit(Buckets)
        case exponential(Buckets)
    }

    let choice: Choice
    let recordsMinMax: Bool

    /// What fits the instrument: sums for counters, the last value for gauges, a histogram for histograms.
    public static let byKind = Aggregation(choice: .byKind, recordsMinMax: true)
    /// Nothing is kept.
    public static let drop = Aggregation(choice: .drop, recordsMinMax: false)
    /// The sum of all measurements.
    public static let sum = Aggregation(choice: .sum, recordsMinMax: false)
    /// The last measurement.
    public static let lastValue = Aggregation(choice: .lastValue, recordsMinMax: false)

    /// A histogram with the given buckets, explicit or exponential.
    public static func histogram(_ buckets: Buckets, recordsMinMax: Bool = true) -> Aggregation {
        switch buckets.layout {
        case .explicit: Aggregation(choice: .explicit(buckets), recordsMinMax: recordsMinMax)
        case .exponential: Aggregation(choice: .exponential(buckets), recordsMinMax: recordsMinMax)
        }
    }
}
