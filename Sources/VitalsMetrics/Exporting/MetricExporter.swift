/// Receives what a registry reports, again and again: what a program writes to bring its metrics somewhere else.
public protocol MetricExporter: Sendable {
    /// Whether it is told totals or changes.
    var temporality: Temporality { get }

    /// Delivers a collection, within `timeout`; called from one thread, one call at a time. If the answer is false, the
    /// changes come again with the next collection.
    func export(_ metrics: CollectedMetrics, timeout: Duration) -> Bool

    /// Called once, after the last collection.
    func shutdown()
}

extension MetricExporter {
    /// Totals.
    public var temporality: Temporality { .cumulative }

    /// Nothing to do.
    public func shutdown() {}
}
