/// The headers of Zipkin, single and multiple.
enum B3 {
    static let single = "b3"
    static let traceID = "x-b3-traceid"
    static let spanID = "x-b3-spanid"
    static let sampled = "x-b3-sampled"
    static let flags = "x-b3-flags"

    /// Whether a trace is recorded.
    enum Decision: Sendable {
        case sampled
        case notSampled
        /// Sampled, whatever others think.
        case debug
        /// The receiver decides.
        case deferred
    }

    /// What came and the flags of a span cannot say. It is about the span that came with it, or about its trace.
    private enum Received: ContextKey {
        struct Value: Sendable {
            let span: SpanContext
            let decision: Decision
        }
    }

    /// What to tell the next service.
    static func decision(of context: Context) -> Decision {
        if let received = context[Received.self], received.span.traceID == context.spanContext.traceID {
            if received.decision == .debug { return .debug }
            // Unless a span that began here has decided.
            if received.decision == .deferred, received.span.spanID == context.spanContext.spanID { return .deferred }
        }
        return context.flags.contains(.sampled) ? .sampled : .notSampled
    }

    /// The single header.
    static func text(_ context: Context) -> String {
        let ids = "\(context.spanContext.traceID)-\(context.spanContext.spanID)"
        return switch decision(of: context) {
        case .debug: ids + "-d"
        case .deferred: ids
        case .sampled: ids + "-1"
        case .notSampled: ids + "-0"
        }
    }

    /// The context with the span that the headers name, if they do.
    @Sendable static func extract(_ context: Context, _ values: Propagator.Getter) -> Context {
        guard let (span, decision) = readSingle(values) ?? readMultiple(values) else { return context }
        var context = context
        context.spanContext = span
        if decision == .debug || decision == .deferred {
            context[Received.self] = Received.Value(span: span, decision: decision)
        } else if context[Received.self] != nil {
            context[Received.self] = nil
        }
        return context
    }

    private static func readSingle(_ values: Propagator.Getter) -> (SpanContext, Decision)? {
        let headers = values(single)
        guard headers.count == 1 else { return nil }
        return headers[0].withHeaderBytes { bytes in
            let parts = bytes.trimmed.split(
                separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
            guard (2...4).contains(parts.count) else { return nil }
            var decision = Decision.deferred
            if parts.count > 2 {
                guard parts[2].count == 1, let letter = parts[2].first else { return nil }
                switch letter {
                case UInt8(ascii: "1"): decision = .sampled
                case UInt8(ascii: "0"): decision = .notSampled
                case UInt8(ascii: "d"): decision = .debug
                default: return nil
                }
            }
            // The parent of the span, which is of no use.
            if parts.count == 4 {
                guard parts[3].count == 16, Hexadecimal.number(parts[3]) != nil else { return nil }
            }
            return span(parts[0], parts[1], decision)
        }
    }

    private static func readMultiple(_ values: Propagator.Getter) -> (SpanContext, Decision)? {
        let traces = values(traceID)
        guard traces.count == 1 else { return nil }
        let spans = values(spanID)
        guard spans.count == 1, let decision = readDecision(values) else { return nil }
        return traces[0].withHeaderBytes { trace in
            spans[0].withHeaderBytes { span(trace.trimmed, $0.trimmed, decision) }
        }
    }

    private static func readDecision(_ values: Propagator.Getter) -> Decision? {
        let isDebug = values(flags).contains { $0.withHeaderBytes { $0.trimmed.elementsEqual("1".utf8) } }
        if isDebug { return .debug }
        let headers = values(sampled)
        guard let header = headers.first else { return .deferred }
        guard headers.count == 1 else { return nil }
        return header.withHeaderBytes { bytes in
            // No more than the longest of the words is looked at.
            switch String(decoding: bytes.trimmed.prefix(6), as: UTF8.self).lowercased() {
            case "1", "true": .sampled
            case "0", "false": .notSampled
            default: nil
            }
        }
    }

    private static func span(
        _ trace: HeaderBytes, _ span: HeaderBytes, _ decision: Decision
    ) -> (SpanContext, Decision)? {
        guard trace.count == 32 || trace.count == 16, span.count == 16,
            let high = Hexadecimal.number(trace.dropLast(16)), let low = Hexadecimal.number(trace.suffix(16)),
            let number = Hexadecimal.number(span)
        else { return nil }
        let context = SpanContext(
            traceID: TraceID(high: high, low: low), spanID: SpanID(number),
            flags: decision == .sampled || decision == .debug ? .sampled : [], isRemote: true)
        return context.isValid ? (context, decision) : nil
    }
}
