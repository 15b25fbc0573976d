import Vitals

/// Spans with every field set to what the tests know.
struct KnownSpans: Sendable {
    private struct Failure: Error, CustomStringConvertible {
        var description: String { "no \"paper\"" }
    }

    private let tracer: Tracer

    init(_ tracer: Tracer) {
        self.tracer = tracer
    }

    /// Makes them. Their trace is that of a caller elsewhere; two begin traces of their own.
    func record() {
        let everything = everything()
        for kind in [SpanKind.internal, .server, .client, .producer, .consumer] {
            let span = tracer.startSpan("kind.\(kind)", kind: kind, parent: everything.context)
            span.setStatus(.ok)
            span.end()
        }
        dropped()
        do {
            try tracer.withSpan("failed", parent: Context()) { _ throws(Failure) in throw Failure() }
        } catch {
            tracer.startSpan("bare", parent: Context()).end()
        }
    }

    private func everything() -> Span {
        let begin: UInt64 = 1_700_000_000_000_000_001
        var caller = Context()
        caller.spanContext = SpanContext(
            traceID: TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736),
            spanID: SpanID(0x00f0_67aa_0ba9_02b7), flags: .sampled,
            traceState: TraceState("vendor=value,o@ther=a b/1")
                ?? TraceState(), isRemote: true)
        let other = SpanContext(
            traceID: TraceID(high: 0x1112_1314_1516_1718, low: 0x191a_1b1c_1d1e_1f20),
            spanID: SpanID(0x2122_2324_2526_2728), flags: [.sampled, .random],
            traceState: TraceState("k=v")
                ?? TraceState(), isRemote: true)
        let span = tracer.startSpan(
            "to be renamed", kind: .server,
            attributes: ["text": "", "yes": true, "no": false, "unicode": "ünïcödé 🛒\n\0"],
            links: [SpanLink(other, attributes: ["link": 1])], parent: caller, at: begin)
        span.updateName("everything \"named\"")
        span["int"] = -9_007_199_254_740_993
        span["least"] = .int(.min)
        span["double"] = 0.1
        span["infinite"] = .double(.infinity)
        span.setAttributes([
            "texts": .strings(["a", "", "ü"]), "bools": .bools([true, false]), "ints": .ints([0, -1, .max]),
            "doubles": .doubles([-0.5, 1e300]), "nothing": .strings([]),
        ])
        span["gone"] = "soon"
        span["gone"] = nil
        span.addEvent("first", at: begin + 10)
        span.addEvent("second", attributes: ["n": 2, "text": "ü"], at: begin + 20)
        span.addLink(SpanContext(traceID: other.traceID, spanID: SpanID(0x3132_3334_3536_3738)))
        span.setStatus(.error("it broke: ünïcödé"))
        span.end(at: begin + 1_000_000_007)
        // Too late.
        span["late"] = true
        span.addEvent("late")
        return span
    }

    /// One that holds more than it may: two attributes, three events, four links, and each event and link five and six.
    private func dropped() {
        // Numbers of three digits, whose order is that of the names.
        let many = { (count: Int) in Attributes((100..<100 + count).map { ("key \($0)", .int($0)) }) }
        let span = tracer.startSpan("dropped", attributes: many(130))
        for _ in 0..<131 { span.addEvent("event", attributes: many(133)) }
        let context = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3))
        for _ in 0..<132 { span.addLink(context, attributes: many(134)) }
        span.end()
    }
}
