import VitalsTracing

/// An error with a text of its own.
struct Mishap: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String = "the cart is empty") {
        self.description = description
    }
}

extension Context {
    /// The context of a span of another service, or of one of this service that nobody records.
    static func parent(
        traceID: TraceID = TraceID(high: 1, low: 2), spanID: SpanID = SpanID(3), flags: TraceFlags = .sampled,
        traceState: TraceState = TraceState(), isRemote: Bool = true
    ) -> Context {
        var context = Context()
        context.spanContext = SpanContext(
            traceID: traceID, spanID: spanID, flags: flags, traceState: traceState, isRemote: isRemote)
        return context
    }
}
