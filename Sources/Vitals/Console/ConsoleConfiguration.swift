public import VitalsMetrics

/// How metrics are shown on standard output.
public struct ConsoleConfiguration: Sendable {
    /// The time between the starts of two outputs.
    public var interval: Duration = .seconds(10)
    /// How long a collection and its output may take together; zero for no limit.
    public var timeout: Duration = .seconds(30)
    /// Whether totals or changes are shown.
    public var temporality: Temporality = .cumulative

    /// Totals every ten seconds.
    public init() {}
}
