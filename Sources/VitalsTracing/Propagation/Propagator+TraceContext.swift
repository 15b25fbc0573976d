extension Propagator {
    private static let stateName = "tracestate"

    /// The headers `traceparent` and `tracestate` of the W3C: the current span, and what vendors say about its trace.
    ///
    /// A tracestate of more than 512 characters is shortened by whole members. An invalid one is passed over; with an
    /// invalid traceparent, or several, nothing counts.
    public static let traceContext = Propagator(
        fields: [TraceParent.name, stateName],
        inject: { context, set in
            guard context.hasSpan else { return }
            set(TraceParent.name, TraceParent.text(context))
            guard let state = context.storage?.traceState, !state.isEmpty else { return }
            let text = state.trimmed().description
            if !text.isEmpty { set(stateName, text) }
        },
        extract: { context, values in
            let headers = values(TraceParent.name)
            guard headers.count == 1, var span = TraceParent.read(headers[0]) else { return context }
            span.traceState = TraceState(headers: values(stateName)) ?? TraceState()
            var context = context
            context.spanContext = span
            return context
        })
}
