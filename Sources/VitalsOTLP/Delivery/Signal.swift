/// What is exported: it decides the paths and the names.
package enum Signal: Sendable {
    /// Metrics.
    case metrics
    /// Spans.
    case traces

    /// The `:path` of its gRPC method.
    package var method: String {
        switch self {
        case .metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
        case .traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        }
    }

    /// The path below the base URL of OTLP over HTTP.
    package var path: String {
        switch self {
        case .metrics: "v1/metrics"
        case .traces: "v1/traces"
        }
    }
}
