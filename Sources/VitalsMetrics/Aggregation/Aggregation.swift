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

/// What a stream does with its measurements: an aggregation with all defaults settled.
enum StreamAggregation: Sendable {
    case sum
    case lastValue
    case explicit(BucketBounds)
    case exponential(ExponentialShape)

    var layout: UInt64 {
        switch self {
        case .sum, .lastValue: CellLayout.sum
        case .explicit: CellLayout.explicit
        case .exponential: CellLayout.exponential
        }
    }

    var isHistogram: Bool {
        switch self {
        case .sum, .lastValue: false
        case .explicit, .exponential: true
        }
    }

    func isSame(as other: StreamAggregation) -> Bool {
        switch (self, other) {
        case (.sum, .sum), (.lastValue, .lastValue): true
        case (.explicit(let mine), .explicit(let others)): mine === others
        case (.exponential(let mine), .exponential(let others)):
            mine.maxSize == others.maxSize && mine.maxScale == others.maxScale
                && mine.zeroThreshold == others.zeroThreshold
        default: false
        }
    }
}
