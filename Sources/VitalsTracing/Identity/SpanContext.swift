/// What identifies a span and travels to other services.
public struct SpanContext: Sendable, Hashable {
    /// The trace.
    public var traceID: TraceID
    /// The span.
    public var spanID: SpanID
    /// What the trace says about itself.
    public var flags: TraceFlags
    /// What vendors say about the trace.
    public var traceState: TraceState
    /// Whether the span is one of another service, from which it came by a propagator.
    public var isRemote: Bool

    /// A context from its parts.
    public init(
        traceID: TraceID, spanID: SpanID, flags: TraceFlags = [], traceState: TraceState = TraceState(),
        isRemote: Bool = false
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.traceState = traceState
        self.isRemote = isRemote
    }

    /// The context of no span.
    public static let invalid = SpanContext(traceID: .invalid, spanID: .invalid)

    /// Whether it names a span.
    public var isValid: Bool { traceID.isValid && spanID.isValid }

    /// Whether the span is recorded and exported.
    public var isSampled: Bool { flags.contains(.sampled) }
}
