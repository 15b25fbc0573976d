import VitalsMetrics
import VitalsTracing

/// A piece of work that is timed once, for its span and for its metrics: what both say is the same.
struct Operation: Sendable {
    /// The name in the attribute that tells why something failed.
    static let errorType = "error.type"

    let span: Span
    private let start: UInt64
    private let began: UInt64

    init(
        _ tracer: Tracer, _ name: String, _ kind: SpanKind, _ attributes: Attributes, links: [SpanLink] = [],
        parent: Context? = nil
    ) {
        (start, began) = SpanClock.now()
        span = tracer.startSpan(name, kind: kind, attributes: attributes, links: links, parent: parent, at: start)
    }

    /// Ends the span; gives the seconds it took.
    func end() -> Double {
        let duration = SpanClock.now().monotonic &- began
        span.end(at: start &+ duration)
        return Double(duration) / 1e9
    }

    /// What kind of error it is, for the span and the metrics; nil where somebody only lost interest.
    func fail(_ error: any Error) -> String? {
        guard !(error is CancellationError) else { return nil }
        let type = ErrorName.of(error)
        if span.isRecording {
            let words = Redaction.words("\(error)")
            span.recordError(error, attributes: ["exception.message": .string(words)])
            span[Self.errorType] = .string(type)
            span.setStatus(.error(words))
        }
        return type
    }
}
