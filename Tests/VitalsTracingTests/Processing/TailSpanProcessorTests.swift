import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("A tail processor")
struct TailSpanProcessorTests {
    private final class Next: SpanProcessor {
        struct Seen: Sendable {
            var started: [String?] = []
            var ended: [FinishedSpan] = []
            var calls: [String] = []
        }

        let seen = Locked(Seen())

        func onStart(_ span: Span, parent: Context) {
            seen.withLock { $0.started.append(span.context.record?.final.name) }
        }
        func onEnd(_ span: FinishedSpan) { seen.withLock { $0.ended.append(span) } }
        func flush(timeout: Duration) -> Bool {
            seen.withLock { $0.calls.append("flush") }
            return false
        }
        func shutdown(timeout: Duration) -> Bool {
            seen.withLock { $0.calls.append("shutdown") }
            return false
        }

        var names: [String] { seen.withLock { $0.ended.map(\.name) } }
    }

    private let next = Next()

    private func traced(
        slowerThan: Duration? = nil, keepsErrors: Bool = true, sampler: Sampler = .alwaysOff,
        registry: Registry? = nil
    ) -> Traced {
        let tail = TailSpanProcessor(
            next: next, slowerThan: slowerThan, keepsErrors: keepsErrors, registry: registry)
        return Traced([tail], sampler: sampler)
    }

    @Test("keeps all spans of a trace with an error, as sampled ones, and none of a trace without")
    func errors() {
        let tracer = traced().tracer
        tracer.withSpan("good") { _ in tracer.withSpan("fine") { _ in } }
        #expect(next.names == [])
        tracer.withSpan("root") { _ in
            tracer.withSpan("before") { _ in }
            tracer.withSpan("failed") { $0.setStatus(.error("no")) }
            tracer.withSpan("after") { _ in }
            #expect(next.names == [])
        }
        #expect(next.names == ["before", "failed", "after", "root"])
        let spans = next.seen.withLock { $0.ended }
        #expect(spans.allSatisfy { $0.isSampled })
        #expect(Set(spans.map(\.context.traceID)).count == 1)
        #expect(spans[1].parentID == spans[3].context.spanID)
    }

    @Test("keeps a trace whose root failed, unless errors do not matter", arguments: [true, false])
    func rootError(keepsErrors: Bool) {
        let tracer = traced(keepsErrors: keepsErrors).tracer
        tracer.withSpan("root") { span in
            tracer.withSpan("child") { _ in }
            span.setStatus(.error("no"))
        }
        #expect(next.names == (keepsErrors ? ["child", "root"] : []))
    }

    @Test("keeps a trace whose local root was slow, and not one of which another span was")
    func slow() {
        let tracer = traced(slowerThan: .milliseconds(10)).tracer
        let second: UInt64 = 1_000_000_000
        for (name, root, child) in [("slow", 11, 1), ("exact", 10, 1), ("child", 5, 100), ("wrong", -5, 1)] {
            let span = tracer.startSpan(name, at: second)
            tracer.startSpan("\(name) child", parent: span.context, at: second).end(
                at: second + UInt64(child) * 1_000_000)
            span.end(at: UInt64(Int(second) + root * 1_000_000))
        }
        #expect(next.names == ["slow child", "slow"])
    }

    @Test("passes sampled spans on at once, and keeps the others of their trace by its own rules")
    func headSampled() {
        let byName = Sampler("by name") { SamplingResult($0.name == "wanted" ? .recordAndSample : .drop) }
        let tracer = traced(sampler: byName).tracer
        tracer.withSpan("root") { span in
            tracer.withSpan("wanted") { $0.setStatus(.error("no")) }
            #expect(next.names == ["wanted"])
            tracer.withSpan("unwanted") { _ in }
            #expect(next.names == ["wanted"])
        }
        #expect(next.names == ["wanted", "unwanted", "root"])
        tracer.withSpan("root") { _ in tracer.withSpan("wanted") { _ in } }
        #expect(next.names == ["wanted", "unwanted", "root", "wanted"])
    }

    @Test("does with spans that end after their root what it did with the trace")
    func late() {
        let tracer = traced().tracer
        for isKept in [true, false] {
            let root = tracer.startSpan("root")
            let late = tracer.startSpan("late", parent: root.context)
            if isKept { root.setStatus(.error("no")) }
            root.end()
            late.end()
        }
        #expect(next.names == ["root", "late"])
    }

    @Test("takes a span with a parent in another service for a root, and several of them for several requests")
    func remote() {
        let tracer = traced().tracer
        var parent = Context()
        parent.spanContext = SpanContext(traceID: .random(), spanID: .random(), isRemote: true)
        // One after the other: what failed later is kept.
        tracer.withSpan("first", parent: parent) { _ in }
        tracer.withSpan("second", parent: parent) { _ in tracer.withSpan("failed") { $0.setStatus(.error("no")) } }
        #expect(next.names == ["failed", "second"])
        // At the same time: the last one decides, and a trace that was kept is kept.
        tracer.withSpan("third", parent: parent) { _ in }
        #expect(next.names == ["failed", "second", "third"])
        parent.spanContext = SpanContext(traceID: .random(), spanID: .random(), isRemote: true)
        let fourth = tracer.startSpan("fourth", parent: parent)
        let fifth = tracer.startSpan("fifth", parent: parent)
        fourth.end()
        #expect(next.names.count == 3)
        fifth.setStatus(.error("no"))
        fifth.end()
        #expect(next.names == ["failed", "second", "third", "fourth", "fifth"])
    }

    @Test("keeps what fails after its trace was let go, early or by the end of its root")
    func lateErrors() {
        var limits = TailLimits()
        limits.spansPerTrace = 2
        let tail = TailSpanProcessor(next: next, limits: limits, registry: nil)
        let tracer = Traced([tail], sampler: .alwaysOff).tracer
        tracer.withSpan("large") { span in
            for _ in 0..<4 { tracer.withSpan("fine") { _ in } }
            span.setStatus(.error("no"))
        }
        #expect(next.names == ["large"])
        let root = tracer.startSpan("root")
        let late = tracer.startSpan("late", parent: root.context)
        let later = tracer.startSpan("later", parent: root.context)
        root.end()
        late.setStatus(.error("no"))
        late.end()
        later.end()
        #expect(next.names == ["large", "late", "later"])
    }

    @Test("tells the next processor of beginnings, flushes and the shutdown, which decides of what waits")
    func passesOn() {
        let traced = traced()
        let kept = traced.tracer.startSpan("kept")
        let dropped = traced.tracer.startSpan("dropped")
        #expect(next.seen.withLock { $0.started } == ["kept", "dropped"])
        traced.tracer.withSpan("child", parent: kept.context) { $0.setStatus(.error("no")) }
        traced.tracer.withSpan("other child", parent: dropped.context) { _ in }
        #expect(!traced.provider.flush(timeout: .seconds(1)))
        #expect(next.names == [])
        #expect(!traced.provider.shutdown(timeout: .seconds(1)))
        #expect(next.seen.withLock { $0.calls } == ["flush", "shutdown"])
        #expect(next.names == ["child"])
        dropped.setStatus(.error("too late"))
        dropped.end()
        #expect(next.names == ["child"])
    }

    @Test("counts what it keeps, drops, and has no room for")
    func metrics() {
        let reader = InMemoryReader()
        var limits = TailLimits()
        limits.spansPerTrace = 2
        let tail = TailSpanProcessor(next: next, limits: limits, registry: reader.registry)
        let tracer = Traced([tail], sampler: .alwaysOff).tracer
        for (children, isError) in [(1, true), (1, false), (4, false)] {
            tracer.withSpan("root") { span in
                for _ in 0..<children { tracer.withSpan("child") { _ in } }
                if isError { span.setStatus(.error("no")) }
            }
        }
        func count(_ outcome: AttributeValue) -> Double? {
            reader.counter(
                "vitals.tail.spans",
                [
                    "vitals.tail.outcome": outcome, "otel.component.type": "tail_span_processor",
                    "otel.component.name": "tail_span_processor/0",
                ])
        }
        #expect(count("kept") == 2)
        // Two that came after the early decision follow it.
        #expect(count("dropped") == 4)
        #expect(count("evicted") == 3)
    }

    @Test("says once that it had no room")
    func logs() async {
        await #expect(processExitsWith: .success) {
            let messages = Locked<[String]>([])
            Diagnostics.handle { _, message in messages.withLock { $0.append(message) } }
            var limits = TailLimits()
            limits.traces = 1
            let keeper = SpanKeeper()
            let tracer = Traced([TailSpanProcessor(next: keeper, limits: limits, registry: nil)], sampler: .alwaysOff)
                .tracer
            for _ in 0..<5 {
                let root = tracer.startSpan("root", parent: Context())
                tracer.startSpan("child", parent: root.context).end()
            }
            let told = messages.withLock { $0 }
            #expect(told.count == 1)
            #expect(told.first?.contains("1 traces") == true)
        }
    }

    @Test("decides of traces of many threads, each span once")
    func threads() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter(keepsNames: false)
        let batch = BatchSpanProcessor(exporter, queue: 100_000, registry: nil)
        let tail = TailSpanProcessor(next: batch, registry: reader.registry)
        let traced = Traced([tail], sampler: .alwaysOff)
        let tracer = traced.tracer
        #expect(
            onThreads(4) { _ in
                for round in 0..<1000 {
                    tracer.withSpan("root") { span in
                        for _ in 0..<3 { tracer.withSpan("child") { _ in } }
                        if round % 4 == 0 { span.setStatus(.error("no")) }
                    }
                }
            })
        #expect(traced.provider.shutdown(timeout: .seconds(20)))
        #expect(exporter.total == 4000)
        #expect(reader.collect()["vitals.tail.spans"]?.points.reduce(0) { $0 + ($1.int ?? 0) } == 16_000)
    }
}
