import CVitals
import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite("Traces that wait for a decision")
struct TailTracesTests {
    /// Makes spans that no sampler wants.
    private let keeper = SpanKeeper(needsAllSpans: true)
    private let traced: Traced

    init() {
        traced = Traced([keeper], sampler: .alwaysOff, ids: Counting())
    }

    /// No two of its traces share a place among the decisions.
    private final class Counting: IDGenerator {
        private let last = Locked<UInt64>(0)
        let isRandom = false

        private func next() -> UInt64 {
            last.withLock { last in
                last += 1
                return last
            }
        }

        func traceID() -> TraceID { TraceID(high: 1, low: next()) }
        func spanID() -> SpanID { SpanID(next()) }
    }

    private func root(_ name: String) -> Span { traced.tracer.startSpan(name, parent: Context(), at: 1000) }

    private func end(_ span: Span, after nanoseconds: UInt64 = 1, error: Bool = false) -> FinishedSpan {
        if error { span.setStatus(.error("no")) }
        span.end(at: 1000 + nanoseconds)
        return keeper.spans.last!
    }

    private func child(of parent: Span, _ name: String, error: Bool = false) -> FinishedSpan {
        end(traced.tracer.startSpan(name, parent: parent.context, at: 1000), error: error)
    }

    private func id(_ span: Span) -> TraceID { span.spanContext.traceID }

    private func traces(slowerThan: UInt64? = nil, _ change: (inout TailLimits) -> Void = { _ in }) -> TailTraces {
        var rules = TailTraces.Rules(slowerThan: slowerThan)
        change(&rules.limits)
        return TailTraces(rules)
    }

    @Test("decides of the oldest when there are more than it may hold")
    func tooManyTraces() {
        var traces = traces { $0.traces = 2 }
        let roots = (0..<4).map { root("\($0)") }
        _ = traces.beginRoot(id(roots[0]), at: 0)
        _ = traces.end(child(of: roots[0], "0a"), at: 0)
        _ = traces.beginRoot(id(roots[1]), at: 0)
        _ = traces.end(child(of: roots[1], "1a", error: true), at: 0)
        #expect(traces.beginRoot(id(roots[2]), at: 0).evicted.map(\.name) == ["0a"])
        #expect(traces.beginRoot(id(roots[3]), at: 0).kept.map(\.name) == ["1a"])
        #expect(traces.count == 2)
        // What comes later follows.
        #expect(traces.end(end(roots[0]), at: 0).dropped.map(\.name) == ["0"])
        #expect(traces.end(end(roots[1]), at: 0).kept.map(\.name) == ["1"])
    }

    @Test("decides of a trace that has more spans than it may have")
    func tooManySpans() {
        var traces = traces { $0.spansPerTrace = 3 }
        let root = root("root")
        _ = traces.beginRoot(id(root), at: 0)
        for index in 0..<3 { #expect(traces.end(child(of: root, "\(index)"), at: 0).evicted.isEmpty) }
        #expect(traces.end(child(of: root, "3"), at: 0).evicted.count == 4)
        #expect(traces.end(child(of: root, "4"), at: 0).dropped.count == 1)
        #expect(traces.end(child(of: root, "5", error: true), at: 0).kept.count == 1)
        #expect(traces.end(child(of: root, "6"), at: 0).kept.count == 1)
        #expect(traces.count == 0)
    }

    @Test("decides of the oldest when spans take more memory than they may, and counts what is in them")
    func tooManyBytes() {
        var traces = traces { $0.bytes = 20_000 }
        let roots = (0..<4).map { root("\($0)") }
        for root in roots.dropLast() {
            _ = traces.beginRoot(id(root), at: 0)
            let span = traced.tracer.startSpan("child", parent: root.context)
            span["text"] = .string(String(repeating: "x", count: 4000))
            span.addEvent("event", attributes: ["texts": .strings([String(repeating: "x", count: 2000)])])
            span.addLink(root.spanContext, attributes: ["numbers": .ints(Array(repeating: 1, count: 250))])
            let outcome = traces.end(end(span), at: 0)
            #expect(outcome.evicted.count == (root.spanContext == roots[2].spanContext ? 1 : 0))
        }
        #expect(traces.count == 2)
        #expect(traces.bytes > 16_000 && traces.bytes <= 20_000)
        // One that is too large alone is not kept waiting either.
        let large = traced.tracer.startSpan("large", parent: roots[3].context)
        large["text"] = .string(String(repeating: "x", count: 30_000))
        #expect(traces.end(end(large), at: 0).evicted.count == 3)
        #expect(traces.count == 0)
        #expect(traces.bytes == 0)
    }

    @Test("decides of a trace whose root does not end, after a while")
    func tooLong() {
        var traces = traces { $0.wait = .nanoseconds(100) }
        let (first, second, third) = (root("first"), root("second"), root("third"))
        _ = traces.beginRoot(id(first), at: 1000)
        _ = traces.end(child(of: first, "a"), at: 1050)
        _ = traces.beginRoot(id(second), at: 1060)
        _ = traces.end(child(of: second, "b", error: true), at: 1100)
        #expect(traces.beginRoot(id(third), at: 1101).evicted.map(\.name) == ["a"])
        #expect(traces.end(child(of: third, "c"), at: 1161).kept.map(\.name) == ["b"])
        #expect(traces.count == 1)
    }

    @Test("knows a root that has not ended as slow when it is")
    func slowAlready() {
        for (now, isKept) in [(UInt64(1500), false), (1501, true)] {
            var traces = traces(slowerThan: 500)
            let root = root("root")
            _ = traces.beginRoot(id(root), at: 1000)
            _ = traces.end(child(of: root, "a"), at: 1001)
            let outcome = traces.close(at: now)
            #expect(outcome.kept.count == (isKept ? 1 : 0))
            #expect(outcome.evicted.count == (isKept ? 0 : 1))
        }
    }

    @Test("lets spans wait whose root nobody saw begin, for as long as for others")
    func orphans() {
        var traces = traces(slowerThan: 50) { $0.wait = .nanoseconds(100) }
        let root = root("root")
        #expect(traces.end(child(of: root, "a"), at: 1000).evicted.isEmpty)
        #expect(traces.count == 1)
        #expect(traces.beginRoot(id(self.root("other")), at: 1200).evicted.map(\.name) == ["a"])
    }

    @Test("has no limit that keeps it from working")
    func strangeLimits() {
        var traces = traces { limits in
            limits.traces = -1
            limits.spansPerTrace = -1
            limits.bytes = -1
            limits.wait = .seconds(-1)
        }
        let root = root("root")
        _ = traces.beginRoot(id(root), at: 10)
        #expect(traces.end(child(of: root, "a"), at: 11).dropped.count == 1)
        #expect(traces.count == 0)
    }
}
