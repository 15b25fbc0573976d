/// What one collection reported.
public struct CollectedMetrics: Sendable {
    /// The metrics in the order in which they were reported: by meter, then by name.
    public let metrics: [CollectedMetric]

    /// The metric with a name; the first if several meters or views report one.
    public subscript(name: String) -> CollectedMetric? {
        metrics.first { $0.name == name }
    }

    /// All metrics with a name.
    public func all(_ name: String) -> [CollectedMetric] {
        metrics.filter { $0.name == name }
    }

    /// Whether nothing was reported.
    public var isEmpty: Bool { metrics.isEmpty }

    package init(metrics: [CollectedMetric]) {
        self.metrics = metrics
    }

    /// What a collection of `reader` reports.
    package init(
        collecting reader: MetricReader, timeout: Duration? = nil
    ) throws(ReaderError) {
        var metrics: [CollectedMetric] = []
        try reader.collect(timeout: timeout) { metrics.append(CollectedMetric($0)) }
        self.metrics = metrics
    }
}
