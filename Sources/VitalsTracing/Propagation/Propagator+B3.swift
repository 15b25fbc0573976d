extension Propagator {
    /// The header `b3` of Zipkin. It understands the several headers of `b3Multi`, too.
    ///
    /// A debug trace counts as sampled and stays one in the requests that follow from it. A header that has a decision
    /// but no span is passed over.
    public static let b3 = Propagator(
        fields: [B3.single],
        inject: { context, set in
            guard context.hasSpan else { return }
            set(B3.single, B3.text(context))
        },
        extract: B3.extract)

    /// The headers `x-b3-traceid`, `x-b3-spanid` and `x-b3-sampled` or `x-b3-flags` of Zipkin. It understands `b3`, too,
    /// which counts if both are there.
    public static let b3Multi = Propagator(
        fields: [B3.traceID, B3.spanID, B3.sampled, B3.flags],
        inject: { context, set in
            guard context.hasSpan else { return }
            set(B3.traceID, context.spanContext.traceID.description)
            set(B3.spanID, context.spanContext.spanID.description)
            switch B3.decision(of: context) {
            case .debug: set(B3.flags, "1")
            case .deferred: break
            case .sampled: set(B3.sampled, "1")
            case .notSampled: set(B3.sampled, "0")
            }
        },
        extract: B3.extract)
}
