import VitalsMetrics

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

    /// What its items are called in the names of metrics.
    var itemName: String {
        switch self {
        case .metrics: "metric_data_point"
        case .traces: "span"
        }
    }

    /// The unit that counts its items.
    var itemUnit: Unit {
        switch self {
        case .metrics: "{data_point}"
        case .traces: "{span}"
        }
    }

    /// What its items are called in messages.
    var itemsInWords: String {
        switch self {
        case .metrics: "data points"
        case .traces: "spans"
        }
    }

    /// What becomes of its items while a peer takes none, in messages.
    var withoutPeer: String {
        switch self {
        case .metrics: "It is tried again; nothing more is said until it succeeds."
        case .traces: "Spans are lost until it succeeds; nothing more is said until then."
        }
    }

    /// What its exporter is called in `otel.component.type`, after the transport.
    var exporterName: String {
        switch self {
        case .metrics: "metric_exporter"
        case .traces: "span_exporter"
        }
    }
}
