import CVitals
import Synchronization
public import VitalsMetrics

/// Keeps whole traces that turn out to be worth it, whatever the sampler says of their beginning: those in which a span
/// failed, and those that were slow. What it keeps goes to another processor, usually a `BatchSpanProcessor`.
///
/// A trace here is what this process does for it: the spans below a local root, one without a parent or with a parent in
/// another service. A trace was slow if a local root was. When its last local root ends, its spans go on or are dropped;
/// those that end later follow them. Spans that the sampler wants go on at once. Other services are not told: they see a
/// trace that is not sampled.
///
/// Every span is recorded for it, which costs what a sampled span costs. Spans wait in memory, within limits; where those
/// are reached, it decides of the oldest trace by what it knows until then.
public final class TailSpanProcessor: SpanProcessor {
    private let next: any SpanProcessor
    private let traces: Locked<TailTraces>
    private let limits: TailLimits
    private let counts: (kept: Counter<Int>.Series, dropped: Counter<Int>.Series, evicted: Counter<Int>.Series)?
    private let hasLogged = Atomic(false)

    /// A processor.
    ///
    /// - Parameters:
    ///   - next: Where spans go that are kept. It is flushed and shut down by this one, and a provider need not know it.
    ///   - slowerThan: Traces whose local root takes longer are kept; nil if it does not matter how long they take.
    ///   - keepsErrors: Whether traces are kept in which a span has the status of an error.
    ///   - limits: How much may wait.
    ///   - registry: Where it reports on itself; nil for nowhere.
    public init(
        next: any SpanProcessor, slowerThan: Duration? = nil, keepsErrors: Bool = true,
        limits: TailLimits = TailLimits(), registry: Registry? = .shared
    ) {
        self.next = next
        self.limits = limits
        traces = Locked(
            TailTraces(
                TailTraces.Rules(
                    slowerThan: slowerThan?.nanoseconds, keepsErrors: keepsErrors, limits: limits)))
        counts = registry.map { registry in
            let spans = registry.meter("vitals").counter(
                "vitals.tail.spans", unit: "{span}",
                description: "Spans that no sampler wanted, by what became of them when their trace was decided.")
            let component = registry.componentAttributes("tail_span_processor")
            let outcome = { (name: AttributeValue) in
                spans.with(component.merging(["vitals.tail.outcome": name]))
            }
            return (outcome("kept"), outcome("dropped"), outcome("evicted"))
        }
    }

    /// It decides itself what is wanted.
    public var needsAllSpans: Bool { true }

    /// Notes that a local root begins.
    public func onStart(_ span: Span, parent: Context) {
        next.onStart(span, parent: parent)
        guard !parent.hasSpan || parent.isRemote else { return }
        let id = span.spanContext.traceID
        let now = vitals_monotonic_nanoseconds()
        settle(traces.withLock { $0.beginRoot(id, at: now) })
    }

    /// Passes the span on, lets it wait, or drops it.
    public func onEnd(_ span: FinishedSpan) {
        if span.isSampled { next.onEnd(span) }
        let now = vitals_monotonic_nanoseconds()
        settle(traces.withLock { $0.end(span, at: now) })
    }

    /// Delivers the spans that were kept until now. Traces that are not decided go on waiting.
    public func flush(timeout: Duration) -> Bool {
        next.flush(timeout: timeout)
    }

    /// Decides of the traces that wait, by what is known of them, and shuts the other processor down.
    public func shutdown(timeout: Duration) -> Bool {
        let now = vitals_monotonic_nanoseconds()
        settle(traces.withLock { $0.close(at: now) })
        return next.shutdown(timeout: timeout)
    }

    private func settle(_ outcome: TailTraces.Outcome) {
        for span in outcome.kept { next.onEnd(span) }
        counts?.kept.addQuietly(outcome.kept.count)
        counts?.dropped.addQuietly(outcome.dropped.count)
        guard !outcome.evicted.isEmpty else { return }
        counts?.evicted.addQuietly(outcome.evicted.count)
        guard !hasLogged.exchange(true, ordering: .relaxed) else { return }
        Diagnostics.log(
            .warning,
            "a tail processor dropped spans of a trace before its end: it holds \(limits.traces) traces, "
                + "\(limits.spansPerTrace) spans of each and \(limits.bytes) bytes, for \(limits.wait); raise what is too "
                + "little; further ones are counted in vitals.tail.spans with vitals.tail.outcome evicted")
    }
}
