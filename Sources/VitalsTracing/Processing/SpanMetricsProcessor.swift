public import VitalsMetrics

/// Turns all spans that end, sampled or not, into metrics: how many there were of each name and kind, how many failed, and
/// how long they took. A sampled span is the exemplar of its measurements.
///
/// The metrics are called as the collector of OpenTelemetry calls them that makes such ones from spans:
/// `traces.span.metrics.calls` and `traces.span.metrics.duration`, with `span.name`, `span.kind` and `status.code`. Names
/// of spans must not have ids in them, here as elsewhere; those beyond the registry's limit of series share one.
///
/// Every span is recorded for it, which costs what a sampled span costs.
public struct SpanMetricsProcessor: SpanProcessor {
    private let calls: CounterFamily<Int, (String, String, String)>
    private let duration: HistogramFamily<Double, (String, String, String)>

    /// A processor that records into `registry`.
    public init(_ registry: Registry = .shared, buckets: Buckets = .latency) {
        let meter = registry.meter("vitals.span.metrics")
        calls = meter.counter(
            "traces.span.metrics.calls", unit: "{call}", description: "Spans that have ended.",
            by: .string("span.name"), .string("span.kind"), .string("status.code"))
        duration = meter.histogram(
            "traces.span.metrics.duration", unit: .seconds, description: "How long spans took.", buckets: buckets,
            by: .string("span.name"), .string("span.kind"), .string("status.code"))
    }

    /// Those that are not sampled count as well.
    public var needsAllSpans: Bool { true }

    /// Only ends are of interest.
    public var isToldOfBeginnings: Bool { false }

    /// Counts the span.
    public func onEnd(_ span: FinishedSpan) {
        let name = span.name
        let kind = span.kind.metricName
        let status = span.status.metricName
        let (start, end) = (span.start, span.end)
        let seconds = end > start ? Double(end - start) * 1e-9 : 0
        // In its own context: the current one is that of the caller.
        withContext(Span(span.record).context) {
            calls[name, kind, status].add(1)
            duration[name, kind, status].record(seconds)
        }
    }
}

extension SpanKind {
    fileprivate var metricName: String {
        switch self {
        case .internal: "SPAN_KIND_INTERNAL"
        case .server: "SPAN_KIND_SERVER"
        case .client: "SPAN_KIND_CLIENT"
        case .producer: "SPAN_KIND_PRODUCER"
        case .consumer: "SPAN_KIND_CONSUMER"
        }
    }
}

extension SpanStatus {
    fileprivate var metricName: String {
        switch self {
        case .unset: "STATUS_CODE_UNSET"
        case .ok: "STATUS_CODE_OK"
        case .error: "STATUS_CODE_ERROR"
        }
    }
}
