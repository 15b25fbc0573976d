/// Makes the ids of traces and spans.
public protocol IDGenerator: Sendable {
    /// Whether the last seven bytes of its trace ids are random, so that samplers everywhere may decide by them.
    var isRandom: Bool { get }

    /// The id of a new trace.
    func traceID() -> TraceID

    /// The id of a new span.
    func spanID() -> SpanID
}
