public import VitalsMetrics

/// An exporter of the program's own, and when it is called.
public struct ExportConfiguration: Sendable {
    /// What receives the metrics.
    public var exporter: any MetricExporter
    /// The time between the starts of two exports.
    public var interval: Duration
    /// How long a collection and its export may take together; zero for no limit.
    public var timeout: Duration

    /// An exporter that is called every `interval`.
    public init(_ exporter: any MetricExporter, interval: Duration = .seconds(60), timeout: Duration = .seconds(30)) {
        self.exporter = exporter
        self.interval = interval
        self.timeout = timeout
    }
}
