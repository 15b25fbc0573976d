public import VitalsMetrics
public import VitalsOTLP

/// How metrics are pushed by OTLP.
public struct PushConfiguration: Sendable {
    /// Where to, and how.
    public var otlp: OTLPConfiguration
    /// The time between the starts of two exports.
    public var interval: Duration = .seconds(60)
    /// How long a collection and its export may take together; zero or less for no limit.
    public var timeout: Duration = .seconds(30)
    /// Whether totals or changes are pushed.
    public var temporality: Temporality = .cumulative

    /// A push every minute; by default to a collector on the same machine.
    public init(otlp: OTLPConfiguration = OTLPConfiguration()) {
        self.otlp = otlp
    }
}
