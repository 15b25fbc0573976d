import CVitals
import Dispatch
import Synchronization
import VitalsMetrics
import VitalsTracing

/// Spans, contexts, and metrics beside them. Beyond the works that Benchmarks/README.md describes there are some that only
/// help to find out where the time goes.
struct TracingWorks {
    private let registry = Registry()
    private let unsampled: Tracer
    private let sampled: Tracer
    private let provider = TracerProvider()
    private let exported = Exported()

    init() {
        var configuration = TracingConfiguration()
        configuration.sampler = .alwaysOff
        let off = TracerProvider()
        off.start(configuration, registry: registry)
        unsampled = off.tracer("bench")
        configuration.sampler = .alwaysOn
        configuration.processors = [BatchSpanProcessor(Receiver(exported), registry: registry)]
        provider.start(configuration, registry: registry)
        sampled = provider.tracer("bench")
    }

    /// The part of the sampled spans that reached the exporter; nil if there were none.
    func delivered() -> Double? {
        _ = provider.shutdown()
        let ended = exported.ended.load(ordering: .relaxed)
        return ended == 0 ? nil : Double(exported.count.load(ordering: .relaxed)) / Double(ended)
    }

    func operation(_ work: String) -> (@Sendable (Int) -> Void)? {
        unsampledOperation(work) ?? sampledOperation(work) ?? contextOperation(work) ?? counterOperation(work)
            ?? part(work)
    }

    private func unsampledOperation(_ work: String) -> (@Sendable (Int) -> Void)? {
        let tracer = unsampled
        return switch work {
        case "span.unsampled": { for _ in 0..<$0 { tracer.startSpan("checkout").end() } }
        case "span.unsampled.with": { for _ in 0..<$0 { tracer.withSpan("checkout") { _ in } } }
        case "span.unsampled.child":
            { count in
                tracer.withSpan("parent") { _ in for _ in 0..<count { tracer.withSpan("checkout") { _ in } } }
            }
        default: nil
        }
    }

    private func sampledOperation(_ work: String) -> (@Sendable (Int) -> Void)? {
        let tracer = sampled
        let operation: (@Sendable (Int) -> Void)? =
            switch work {
            case "span.sampled":
                {
                    for _ in 0..<$0 {
                        let span = tracer.startSpan(
                            "checkout",
                            attributes: [
                                "http.request.method": "GET", "url.path": "/orders/1", "http.response.status_code": 200,
                            ])
                        span.end()
                    }
                }
            case "span.sampled.with":
                {
                    for _ in 0..<$0 {
                        tracer.withSpan(
                            "checkout",
                            attributes: [
                                "http.request.method": "GET", "url.path": "/orders/1", "http.response.status_code": 200,
                            ]
                        ) { _ in }
                    }
                }
            case "span.sampled.set":
                {
                    for _ in 0..<$0 {
                        tracer.withSpan("checkout") { span in
                            span["http.request.method"] = "GET"
                            span["url.path"] = "/orders/1"
                            span["http.response.status_code"] = 200
                        }
                    }
                }
            case "span.sampled.bare": { for _ in 0..<$0 { tracer.startSpan("checkout").end() } }
            case "span.sampled.bare.with": { for _ in 0..<$0 { tracer.withSpan("checkout") { _ in } } }
            case "span.sampled.child":
                { count in
                    tracer.withSpan("parent") { _ in for _ in 0..<count { tracer.withSpan("checkout") { _ in } } }
                }
            case "span.sampled.task":
                { count in
                    // A body that may wait.
                    let body: @Sendable (Span) async -> Void = { _ in }
                    inTask { for _ in 0..<count { await tracer.withSpan("checkout", body) } }
                }
            default: nil
            }
        guard let operation else { return nil }
        let exported = exported
        return { count in
            operation(count)
            exported.ended.add(work == "span.sampled.child" ? count + 1 : count, ordering: .relaxed)
        }
    }

    private func contextOperation(_ work: String) -> (@Sendable (Int) -> Void)? {
        let read: @Sendable (Int) -> Void = { count in
            for _ in 0..<count { blackHole(SpanContext.current.spanID.value) }
        }
        let unsampled = unsampled
        let sampled = sampled
        return switch work {
        case "context.read": { count in sampled.withSpan("checkout") { _ in read(count) } }
        case "context.read.unsampled": { count in unsampled.withSpan("checkout") { _ in read(count) } }
        case "context.read.none": read
        case "context.read.task":
            { count in inTask { sampled.withSpan("checkout") { _ in read(count) } } }
        default: nil
        }
    }

    private func counterOperation(_ work: String) -> (@Sendable (Int) -> Void)? {
        let counter = registry.meter("bench").counter("add").with(["a": "b"])
        let sampled = sampled
        let add: @Sendable (Int) -> Void = { for _ in 0..<$0 { counter.add(1) } }
        return switch work {
        case "counter.add.linked": add
        case "counter.add.inspan": { count in sampled.withSpan("checkout") { _ in add(count) } }
        default: nil
        }
    }

    /// What a span is made of.
    private func part(_ work: String) -> (@Sendable (Int) -> Void)? {
        switch work {
        case "span.part.clock": { for _ in 0..<$0 { blackHole(vitals_monotonic_nanoseconds()) } }
        case "span.part.random": { for _ in 0..<$0 { blackHole(vitals_random_identifier()) } }
        default: nil
        }
    }
}

/// How many spans ended, and how many the exporter got.
private final class Exported: Sendable {
    let ended = Atomic(0)
    let count = Atomic(0)
}

/// Does nothing but count.
private struct Receiver: SpanExporter {
    private let exported: Exported

    init(_ exported: Exported) {
        self.exported = exported
    }

    func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        exported.count.add(spans.count, ordering: .relaxed)
        return true
    }
}

/// Runs `body` in a task and waits for it.
private func inTask(_ body: @escaping @Sendable () async -> Void) {
    let isDone = DispatchSemaphore(value: 0)
    Task {
        await body()
        isDone.signal()
    }
    isDone.wait()
}

/// Takes what would otherwise be left out, as nobody looks at it.
@inline(never)
private func blackHole(_ value: UInt64) {}
