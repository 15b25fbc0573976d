import CVitals
public import VitalsMetrics

/// Hands sampled spans to an exporter in batches, on a thread of its own. The program never waits for it: where the
/// exporter is too slow for it, spans are dropped and counted.
///
/// The thread ends with `shutdown`, or when the processor is let go, which delivers what there is without waiting for it.
/// A provider that was started with a processor keeps it.
public final class BatchSpanProcessor: SpanProcessor {
    private let worker: ExportWorker

    /// A processor, and its thread.
    ///
    /// - Parameters:
    ///   - queue: How many spans may wait; further ones are dropped.
    ///   - batch: How many spans are exported at a time, as soon as there are so many; no more than `queue`.
    ///   - delay: After how long spans are exported that make no batch.
    ///   - timeout: How long an export may take; zero for any time.
    ///   - registry: Where it reports on itself; nil for nowhere.
    public convenience init(
        _ exporter: any SpanExporter, queue: Int = defaultQueue, batch: Int = defaultBatch,
        delay: Duration = .seconds(5), timeout: Duration = .seconds(30), registry: Registry? = .shared
    ) {
        self.init(exporter, queue: queue, batch: batch, delay: delay, timeout: timeout, registry: registry) {
            Worker("vitals-spans", $0)
        }
    }

    /// - Parameter thread: Starts a thread, or not.
    init(
        _ exporter: any SpanExporter, queue: Int, batch: Int, delay: Duration, timeout: Duration, registry: Registry?,
        thread: (@escaping @Sendable () -> Void) -> Worker?
    ) {
        let capacity = Self.size(queue, "queue", default: Self.defaultQueue)
        let batch = min(Self.size(batch, "batch", default: Self.defaultBatch), capacity)
        let queue = SpanQueue(capacity: capacity, batch: batch)
        let metrics = registry.map { ProcessorMetrics($0, component: "batching_span_processor", queue: queue) }
        worker = ExportWorker(exporter, queue: queue, delay: delay, timeout: timeout, metrics: metrics)
        worker.start(thread)
    }

    deinit {
        worker.abandon()
    }

    /// How many spans may wait, if nobody says otherwise.
    public static let defaultQueue = 2048
    /// How many spans are exported at a time, if nobody says otherwise.
    public static let defaultBatch = 512
    /// The room for waiting spans is taken at once.
    private static let largest = 1 << 20

    private static func size(_ size: Int, _ name: String, default usual: Int) -> Int {
        if size > 0, size <= largest { return size }
        let taken = size > 0 ? largest : usual
        Diagnostics.log(
            .warning,
            "a batch span processor cannot have a \(name) of \(size) spans, it takes 1 to \(largest): it has one of "
                + "\(taken)")
        return taken
    }

    /// Queues the span if it is sampled.
    public func onEnd(_ span: FinishedSpan) {
        if span.isSampled { worker.add(span.record) }
    }

    /// Exports the spans that have ended until now. True if the exporter took all of them within `timeout`.
    public func flush(timeout: Duration) -> Bool {
        worker.flush(until: vitals_monotonic_nanoseconds() &+ timeout.nanoseconds)
    }

    /// Exports what there is and ends the thread; spans that end later are dropped and counted. True if the exporter took
    /// all within `timeout`. An export that is not over then is cancelled, and what still waits is dropped and counted.
    public func shutdown(timeout: Duration) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        worker.beginShutdown(until: deadline)
        return worker.waitForShutdown(until: deadline)
    }
}
