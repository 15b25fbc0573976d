import CVitals
import Synchronization
public import VitalsMetrics

/// Hands each sampled span to an exporter before its end returns: for tests, and for a look at what a program does. The
/// program waits for each export, but no longer than `timeout`; and no more at all until an exporter that outran that has
/// come back.
///
/// The exporter works on a thread of its own, one span at a time. It ends with `shutdown`, or when the processor is let go.
public final class SimpleSpanProcessor: SpanProcessor {
    private let worker: ExportWorker
    private let timeout: UInt64
    /// The span whose export outran its time.
    private let late = Atomic<UInt64>(0)

    /// A processor, and its thread.
    ///
    /// - Parameters:
    ///   - timeout: How long an export may take, and the program waits for it; zero for any time.
    ///   - registry: Where it reports on itself; nil for nowhere.
    public init(
        _ exporter: any SpanExporter, timeout: Duration = .seconds(30), registry: Registry? = .shared
    ) {
        let queue = SpanQueue(capacity: BatchSpanProcessor.defaultQueue, batch: 1)
        let metrics = registry.map { ProcessorMetrics($0, component: "simple_span_processor", queue: nil) }
        worker = ExportWorker(exporter, queue: queue, delay: nil, timeout: timeout, metrics: metrics)
        self.timeout = timeout.nanoseconds == 0 ? 1 << 62 : timeout.nanoseconds
        worker.start()
    }

    deinit {
        worker.abandon()
    }

    /// Only ends are of interest.
    public var isToldOfBeginnings: Bool { false }

    /// Exports the span if it is sampled.
    public func onEnd(_ span: FinishedSpan) {
        guard span.isSampled, let position = worker.add(span.record) else { return }
        let now = vitals_monotonic_nanoseconds()
        guard worker.wait(for: late.load(ordering: .relaxed), until: now) else { return }
        if !worker.wait(for: position, until: now &+ timeout) { late.store(position, ordering: .relaxed) }
    }

    /// Waits for exports that are under way. True if the exporter took them within `timeout`.
    public func flush(timeout: Duration) -> Bool {
        worker.flush(until: vitals_monotonic_nanoseconds() &+ timeout.nanoseconds)
    }

    /// Ends the thread; spans that end later are dropped and counted. True if the exporter took what was under way within
    /// `timeout`. An export that is not over then is cancelled.
    public func shutdown(timeout: Duration) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        worker.beginShutdown(until: deadline)
        return worker.waitForShutdown(until: deadline)
    }
}
