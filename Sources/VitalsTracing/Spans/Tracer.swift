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
        let span = provider.withPipeline { pipeline in
            begin(pipeline, name, kind, attributes, links, parent, time)
        }
        // Nobody records: what came from elsewhere goes onward unchanged.
        guard let span else {
            var context = copy parent
            context.isRecording = false
            if parent.isRecording { context.storage = .of(parent) }
            return Span(context: context)
        }
        return span
    }

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
        var result = SamplingResult(.drop)
        switch pipeline.sampler.constant {
        case .alwaysOn: result.decision = .recordAndSample
        case .alwaysOff: break
        case .parentAlwaysOn where hasParent:
            result.decision = parent.flags.contains(.sampled) ? .recordAndSample : .drop
        case .parentAlwaysOn: result.decision = .recordAndSample
        case nil:
            result = pipeline.sampler.sample(
                SamplingRequest(
                    parent: copy parent, traceID: TraceID(high: context.traceHigh, low: context.traceLow), name: name,
                    kind: kind, attributes: attributes, links: links))
        }
        context.spanNumber = pipeline.ids?.spanID().value ?? vitals_random_identifier()
        pipeline.metrics?.started(parent, hasParent: hasParent, result.decision)
        // The state of the trace of a parent; one without a span has none.
        let traceState = result.traceState ?? (hasParent ? parent.storage?.traceState : nil) ?? TraceState()
        guard result.decision != .drop else {
            if let storage = parent.storage {
                context.storage = .of(traceState, storage.baggage, storage.values)
            } else if !traceState.isEmpty {
                context.storage = .of(traceState, Baggage(), nil)
            }
            return Span(context: context)
        }
        if result.decision == .recordAndSample { context.flags.insert(.sampled) }
        record(
            pipeline, &context, traceState, name, kind, attributes, links, parent, hasParent, time, result.attributes)
        let span = Span(context: context)
        for processor in pipeline.processors { processor.onStart(span, parent: copy parent) }
        return span
    }

    private func record(
        _ pipeline: Pipeline, _ context: inout Context, _ traceState: TraceState, _ name: String, _ kind: SpanKind,
        _ attributes: Attributes, _ links: [SpanLink], _ parent: borrowing Context, _ hasParent: Bool, _ time: UInt64?,
        _ added: Attributes
    ) {
        var dropped: UInt32 = 0
        let all = added.isEmpty ? attributes : Attributes(given: attributes.given + added.given)
        var state = SpanRecord.State(
            name: name, attributes: pipeline.limits.begin(with: all, dropped: &dropped))
        state.droppedAttributes = dropped
        for link in links { pipeline.limits.add(link, to: &state.links, dropped: &state.droppedLinks) }
        context.storage = SpanRecord(
            pipeline, scope, context, traceState, parent: parent, hasParent: hasParent, kind: kind, start: time,
            state: state)
        context.isRecording = true
    }
}
