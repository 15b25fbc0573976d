import CVitals
import VitalsMetrics

@testable import VitalsTracing

/// Does what a test tells it to, and notes what happens.
final class ScriptedSpanExporter: SpanExporter {
    struct State: Sendable {
        /// How many spans each export was given.
        var batches: [Int] = []
        var names: [String] = []
        var timeouts: [Duration] = []
        var current = 0
        var most = 0
        var hurried: [Duration?] = []
        var isCancelled = false
        var shutdowns = 0
        /// Lets exports go on that wait for it.
        var isReleased = false
    }

    let state = Waitable(State())
    private let keepsNames: Bool
    /// Whether an export delivers; told its number from 1.
    private let body: @Sendable (Int, ScriptedSpanExporter) -> Bool

    init(
        keepsNames: Bool = true,
        _ body: @escaping @Sendable (Int, ScriptedSpanExporter) -> Bool = { _, _ in true }
    ) {
        self.keepsNames = keepsNames
        self.body = body
    }

    var seen: State { state.update { $0 } ?? State() }

    /// How many spans it was given.
    var total: Int { seen.batches.reduce(0, +) }

    func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        let number = state.update { state in
            state.batches.append(spans.count)
            if keepsNames { state.names += spans.map(\.name) }
            state.timeouts.append(timeout)
            state.current += 1
            state.most = max(state.most, state.current)
            return state.batches.count
        }
        defer { _ = state.update { $0.current -= 1 } }
        return body(number ?? 0, self)
    }

    func hurry(within time: Duration?) { _ = state.update { $0.hurried.append(time) } }

    func cancel() { _ = state.update { $0.isCancelled = true } }

    func shutdown() { _ = state.update { $0.shutdowns += 1 } }

    /// Waits for `release`, at most half a minute: for an export that hangs.
    func hang() { _ = state.wait(until: deadline(seconds: 30)) { $0.isReleased } }

    func release() { _ = state.update { $0.isReleased = true } }

    /// Waits until so many exports have begun.
    func reaches(_ exports: Int) -> Bool { state.wait(until: deadline(seconds: 20)) { $0.batches.count >= exports } }

    /// Waits until it was given so many spans.
    func receives(_ spans: Int) -> Bool {
        state.wait(until: deadline(seconds: 20)) { $0.batches.reduce(0, +) >= spans }
    }
}

func deadline(seconds: Double) -> UInt64 {
    vitals_monotonic_nanoseconds() &+ UInt64(seconds * 1e9)
}

/// How long `body` takes, in seconds.
func seconds(_ body: () -> Void) -> Double {
    let began = vitals_monotonic_nanoseconds()
    body()
    return Double(vitals_monotonic_nanoseconds() - began) / 1e9
}

/// Waits until `condition` holds; false when it does not within twenty seconds.
func holdsSoon(_ condition: () -> Bool) -> Bool {
    let end = deadline(seconds: 20)
    while !condition() {
        if vitals_monotonic_nanoseconds() > end { return false }
        vitals_sleep(1_000_000)
    }
    return true
}

/// Runs `body` on so many threads and waits for them; false when one does not come back in time.
func onThreads(_ count: Int, seconds: Double = 60, _ body: @escaping @Sendable (Int) -> Void) -> Bool {
    let workers = (0..<count).map { index in Worker("test") { body(index) } }
    let end = deadline(seconds: seconds)
    return workers.allSatisfy { $0?.join(until: end) ?? false }
}

/// A provider with processors, for a test.
struct Traced {
    let provider = TracerProvider()
    let tracer: Tracer

    init(
        _ processors: [any SpanProcessor], sampler: Sampler = .alwaysOn, ids: (any IDGenerator)? = nil
    ) {
        var configuration = TracingConfiguration()
        configuration.sampler = sampler
        configuration.processors = processors
        configuration.ids = ids
        provider.start(configuration)
        tracer = provider.tracer("test")
    }

    /// Begins and ends so many spans.
    func spans(_ count: Int, _ name: String = "span") {
        for _ in 0..<count { tracer.startSpan(name).end() }
    }
}

/// Keeps the spans that end.
final class SpanKeeper: SpanProcessor {
    let needsAllSpans: Bool
    private let kept = Locked<[FinishedSpan]>([])

    init(needsAllSpans: Bool = false) { self.needsAllSpans = needsAllSpans }

    var spans: [FinishedSpan] { kept.withLock { $0 } }

    /// Gives the spans away: they keep the provider's processors, and so this one, which would keep them.
    func take() -> [FinishedSpan] {
        kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }

    func onEnd(_ span: FinishedSpan) { kept.withLock { $0.append(span) } }
}

/// A sampled span that has ended.
func finishedSpan(_ name: String) -> FinishedSpan {
    let keeper = SpanKeeper()
    Traced([keeper]).spans(1, name)
    return keeper.take()[0]
}
