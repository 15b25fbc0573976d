public import VitalsMetrics

/// What a Prometheus exposition looks like.
public struct PrometheusOptions: Sendable {
    /// How names and units of OpenTelemetry become names of Prometheus.
    public var translation: TranslationStrategy = .underscoreEscapingWithSuffixes
    /// Whether each series says which meter declared it: `otel_scope_name`, `otel_scope_version` and so on.
    public var hasScopeLabels = true
    /// Whether the resource is shown as `target_info`.
    public var hasTargetInfo = true
    /// Which attributes of the resource every series has as labels. None, unless told otherwise: they are in
    /// `target_info`.
    public var resourceLabels: AttributeFilter = .only([])
    /// Whether OpenMetrics has start times as `_created` samples, which doubles the series of counters.
    public var hasCreatedSamples = false

    /// The defaults.
    public init() {}
}
