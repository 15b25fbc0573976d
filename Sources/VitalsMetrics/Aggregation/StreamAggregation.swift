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
