import VitalsMetrics

/// What a family is to Prometheus.
enum MetricType: Hashable {
    case counter
    case gauge
    case histogram
    /// A counter that has no `_total` to show for it: OpenMetrics has no other word.
    case unknown

    init(_ data: FamilySnapshot.Data) {
        switch data {
        case .sum(isMonotonic: true): self = .counter
        case .sum(isMonotonic: false), .gauge: self = .gauge
        case .histogram, .exponential: self = .histogram
        }
    }

    var word: StaticString {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .unknown: "unknown"
        }
    }
}
