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
        let sizes = Self.sizes(queue: queue, batch: batch)
        for complaint in sizes.complaints { Diagnostics.log(.warning, complaint) }
        let queue = SpanQueue(capacity: sizes.queue, batch: sizes.batch)
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
    /// How many spans may wait at most: the room for them is taken at once.
    package static let largestQueue = 1 << 20

    /// The sizes that count, and what is wrong with those that were given.
    static func sizes(queue: Int, batch: Int) -> (queue: Int, batch: Int, complaints: [String]) {
        var complaints: [String] = []
        func size(_ size: Int, _ name: String, _ usual: Int) -> Int {
            let taken = size < 1 ? usual : min(size, largestQueue)
            if taken != size {
                complaints.append(
                    "a batch span processor cannot have a \(name) of \(size) spans, but of 1 to \(largestQueue): it takes "
                        + "\(taken)")
            }
            return taken
        }
        let capacity = size(queue, "queue", defaultQueue)
        return (capacity, min(size(batch, "batch", defaultBatch), capacity), complaints)
    }

    /// How many spans wait.
    var count: Int { worker.queue.count }
    /// How many flushes are waited for.
    var waitingFlushes: Int { worker.waitingFlushes }

    /// Only ends are of interest.
    public var isToldOfBeginnings: Bool { false }

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
