/// Who reports metrics, as `OTEL_METRICS_EXPORTER` lists them.
struct MetricsExporters: Equatable {
    /// OTLP is pushed; nil leaves it to whether there is an endpoint for it.
    var isPushed: Bool?
    /// Prometheus fetches.
    var isExposed = true
    /// The console shows.
    var isShown = false

    init(_ variables: Environment) {
        let known = ["otlp", "prometheus", "console", "none"]
        guard let words = variables.words("OTEL_METRICS_EXPORTER", among: known) else { return }
        isPushed = words.contains("otlp")
        isExposed = words.contains("prometheus")
        isShown = words.contains("console")
    }
}
