public import VitalsMetrics
import VitalsPrometheus

/// An instrument as Prometheus has it, which knows how it is asked for.
public struct Metric: Sendable {
    /// The name of the instrument.
    public let name: String
    /// What it measures, and how.
    public let kind: InstrumentKind
    /// What it is measured in.
    public let unit: Unit
    /// What it is for.
    public let description: String
    /// Its name in Prometheus: that of the samples of a counter or a gauge, that of a histogram without `_bucket`.
    public let family: String
    /// The bounds of its classic buckets, if it has some; none of them are known of an exponential histogram.
    let bounds: [Double]?
    /// What every selector has: of whom the dashboard is to show something.
    private(set) var scope: String

    init(_ family: FamilyDescription) {
        name = family.name
        kind = family.kind
        unit = family.unit
        description = family.description
        let identity = StreamIdentity(family)
        self.family =
            MetricName(
                name: identity.name, unit: identity.unit, kind: identity.kind, strategy: .underscoreEscapingWithSuffixes
            ).escaped(.underscores).sample
        bounds =
            switch family.data {
            case .histogram(let bounds): bounds.isEmpty ? nil : bounds
            case .exponential: []
            case .sum, .gauge: nil
            }
        scope = Self.instances
    }

    private init(_ name: String, scope: String) {
        self.name = name
        kind = .gauge
        unit = .none
        description = ""
        family = name
        bounds = nil
        self.scope = scope
    }

    /// A metric that is in no catalogue, by its name in Prometheus, such as `up`; every metric if the name is empty.
    public static func named(_ name: String) -> Metric {
        Metric(name, scope: instances)
    }

    /// A series that a rule records for each job, such as `job:http_server_requests:rate5m`.
    public static func recorded(_ name: String) -> Metric {
        Metric(name, scope: jobs)
    }

    /// The same metric with a condition that all of its queries have, such as a further variable of the dashboard.
    public func only(_ matcher: Matcher) -> Metric {
        var metric = self
        metric.scope += ", \(matcher)"
        return metric
    }

    /// What belongs to the jobs that were chosen.
    static let jobs = "job=~\"$job\""
    /// What belongs to the jobs and instances that were chosen.
    static let instances = "\(jobs), instance=~\"$instance\""

    /// Its series, of the jobs and instances that were chosen on the dashboard.
    public func series(where matchers: [Matcher] = []) -> String {
        selector("", matchers)
    }

    func selector(_ suffix: String, _ matchers: [Matcher]) -> String {
        "\(family)\(suffix){\(([scope] + matchers.map(\.description)).joined(separator: ", "))}"
    }
}
