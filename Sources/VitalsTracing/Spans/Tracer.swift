import CVitals
public import VitalsMetrics

/// Makes the spans of one library or component.
public struct Tracer: Sendable {
    let provider: TracerProvider
    let scope: TracerScope

    /// A tracer of the process-wide provider, for programs that need no other.
    public static let shared = TracerProvider.shared.tracer("default")

    /// Begins a span, which has to be ended: `span.end()`. It does not become the current one: `withSpan` does that, or
    /// `withContext(span.context)`.
    ///
    /// - Parameters:
    ///   - attributes: What is known already; samplers see only these.
    ///   - parent: Where the parent is; nil for the current context. An empty one begins a new trace.
    ///   - time: When it began, in unix nanoseconds; nil for now.
    public func startSpan(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        parent: Context? = nil, at time: UInt64? = nil
    ) -> Span {
        if let parent { return begin(name, kind, attributes, links, parent, time) }
        return CurrentContext.with { begin(name, kind, attributes, links, $0, time) }
    }

    @inline(__always)
    private func begin(
        _ name: String, _ kind: SpanKind, _ attributes: Attributes, _ links: [SpanLink], _ parent: borrowing Context,
        _ time: UInt64?
    ) -> Span {
        if !parent.isExporting, !vitals_is_tracing() {
            let span = provider.withPipeline { pipeline in
                begin(pipeline, name, kind, attributes, links, parent, time)
            }
            if let span { return span }
        }
        // Nobody records: what came from elsewhere goes onward unchanged.
        var context = copy parent
        context.isRecording = false
        if parent.isRecording { context.storage = .of(parent) }
        return Span(context: context)
    }

    @inline(__always)
    private func begin(
        _ pipeline: Pipeline, _ name: String, _ kind: SpanKind, _ attributes: Attributes, _ links: [SpanLink],
        _ parent: borrowing Context, _ time: UInt64?
    ) -> Span {
        let hasParent = parent.hasSpan
        var context = Context()
        if hasParent {
            context.traceHigh = parent.traceHigh
            context.traceLow = parent.traceLow
            context.flags = parent.flags.intersection(.random)
        } else {
            pipeline.newTrace(&context)
        }
        guard let constant = pipeline.constant, hasParent || constant != .parentOrAsk else {
            let result = pipeline.decide(
                SamplingRequest(
                    parent: copy parent, traceID: TraceID(high: context.traceHigh, low: context.traceLow), name: name,
                    kind: kind, attributes: attributes, links: links))
            return begin(pipeline, name, kind, attributes, links, parent, time, context, result)
        }
        let isOn =
            switch constant {
            case .alwaysOn: true
            case .alwaysOff: false
            case .parentAlwaysOn, .parentOrAsk: !hasParent || parent.flags.contains(.sampled)
            }
        // The usual case of spans that nobody wants: there is nothing to keep.
        if !isOn, parent.storage == nil {
            context.spanNumber = pipeline.newSpan()
            pipeline.metrics?.started(parent, hasParent: hasParent, .drop)
            return Span(context: context)
        }
        return begin(
            pipeline, name, kind, attributes, links, parent, time, context,
            SamplingResult(isOn ? .recordAndSample : .drop))
    }

    private func begin(
        _ pipeline: Pipeline, _ name: String, _ kind: SpanKind, _ attributes: Attributes, _ links: [SpanLink],
        _ parent: borrowing Context, _ time: UInt64?, _ context: consuming Context, _ result: SamplingResult
    ) -> Span {
        let hasParent = parent.hasSpan
        context.spanNumber = pipeline.newSpan()
        pipeline.metrics?.started(parent, hasParent: hasParent, result.decision)
        // The state is that of the parent's trace; without a span there is none.
        let traceState = result.traceState ?? (hasParent ? parent.storage?.traceState : nil) ?? TraceState()
        guard result.decision != .drop else {
            context.storage = .of(traceState, parent.baggage, parent.storage?.values)
            return Span(context: context)
        }
        if result.decision == .recordAndSample { context.flags.insert(.sampled) }
        var dropped: UInt32 = 0
        let all =
            result.attributes.isEmpty ? attributes : Attributes(given: attributes.given + result.attributes.given)
        let pairs = pipeline.limits.begin(with: all, dropped: &dropped)
        let record = SpanRecord(
            pipeline, scope, context, traceState, parent: parent, hasParent: hasParent, name: name, kind: kind,
            attributes: pairs, start: time)
        if dropped > 0 { record.update { $0.droppedAttributes = dropped } }
        for link in links { record.add(link) }
        context.storage = record
        context.isRecording = true
        let span = Span(context: context)
        pipeline.began(span, parent: parent)
        return span
    }
}
