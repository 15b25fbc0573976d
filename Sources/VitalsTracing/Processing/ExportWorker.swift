import CVitals
import Synchronization
import VitalsMetrics

/// Brings spans from a queue to an exporter, on a thread of its own: never two exports at a time.
final class ExportWorker: Sendable {
    /// Somebody who waits until all spans up to a position have been exported.
    private struct Flush {
        let target: UInt64
        var isDone: Bool
        /// An export failed meanwhile.
        var hasFailed = false
    }

    private struct State: Sendable {
        var isAlarmed = false
        /// The spans up to this position have been exported, whether that succeeded or not.
        var done: UInt64 = 0
        /// By ticket; zero is the shutdown's.
        var flushes: [Int: Flush] = [:]
        var tickets = 0
        /// Up to where the spans are wanted before the delay has passed.
        var wanted: UInt64 = 0
        /// When everything has to be over, once the end was asked for.
        var end: UInt64?
        /// The last exports are to come now.
        var isEnding = false
        var hasEnded = false
    }

    let queue: SpanQueue
    private let exporter: any SpanExporter
    private let delay: UInt64
    private let timeout: UInt64
    private let metrics: ProcessorMetrics?
    private let state = Waitable(State())
    /// For messages.
    private let title: String
    /// When it was said last that the queue is full; monotonic.
    private let saidFull = Atomic<UInt64>(0)
    private static let saysFullEvery: UInt64 = 60_000_000_000

    /// - Parameters:
    ///   - delay: How long spans wait at most until they are exported; nil for no longer than a batch takes.
    ///   - timeout: How long an export may take; zero for any time.
    init(
        _ exporter: any SpanExporter, queue: SpanQueue, delay: Duration?, timeout: Duration, metrics: ProcessorMetrics?
    ) {
        self.exporter = exporter
        self.queue = queue
        self.metrics = metrics
        // Without a pause the thread would never rest.
        self.delay = delay.map { max($0.nanoseconds, 1_000_000) } ?? 1 << 62
        self.timeout = timeout.nanoseconds == 0 ? 1 << 62 : timeout.nanoseconds
        title = "\(type(of: exporter))"
    }

    /// Begins; to be called once. Without a thread all spans are dropped and counted.
    func start(_ thread: (@escaping @Sendable () -> Void) -> Worker? = { Worker("vitals-spans", $0) }) {
        var context = Context()
        context.isExporting = true
        if thread({ [context] in withContext(context) { self.run() } }) != nil { return }
        Diagnostics.log(
            .error, "the system has no thread for the export of spans to \(title): all of them are dropped and counted")
        queue.close()
        metrics?.cancel()
        _ = state.update { state in
            state.end = 0
            state.hasEnded = true
            state.flushes[0] = Flush(target: .max, isDone: false)
        }
    }

    /// Takes a sampled span, and returns its position; nil if it is dropped, which is counted.
    @inline(__always)
    @discardableResult
    func add(_ record: SpanRecord) -> UInt64? {
        switch queue.add(record) {
        case .waits(let position): return position
        case .completesBatch(let position): return alarm(position)
        case .full(let isFirst): return refuse(.queueFull, isFirst: isFirst)
        case .closed: return refuse(.alreadyShutdown)
        }
    }

    @inline(never)
    private func alarm(_ position: UInt64) -> UInt64 {
        _ = state.update { $0.isAlarmed = true }
        return position
    }

    @inline(never)
    private func refuse(_ reason: ProcessorMetrics.Loss, isFirst: Bool = false) -> UInt64? {
        metrics?.lost(reason)
        if isFirst, mayComplain() {
            Diagnostics.log(
                .warning,
                "\(title) takes spans more slowly than they end: the queue of \(queue.capacity) is full, and spans are "
                    + "dropped and counted in otel.sdk.processor.span.processed with error.type queue_full; make the "
                    + "queue larger or sample less")
        }
        return nil
    }

    /// A queue may be full many times a minute, which is the same complaint each time.
    private func mayComplain() -> Bool {
        let now = vitals_monotonic_nanoseconds()
        let last = saidFull.load(ordering: .relaxed)
        guard last == 0 || now &- last > Self.saysFullEvery else { return false }
        return saidFull.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    }

    private func run() {
        var batch: [FinishedSpan] = []
        var isEnding = false
        while !isEnding {
            let target: UInt64
            (target, isEnding) = waitForWork()
            var isIdle = true
            while !isEnding, let next = export(through: target, &batch) {
                isEnding = next
                isIdle = false
            }
            if isIdle, !isEnding { queue.rest() }
        }
        exporter.hurry(within: nil)
        while vitals_monotonic_nanoseconds() < end, export(through: .max, &batch) != nil {}
        discard()
        exporter.shutdown()
        metrics?.cancel()
        _ = state.update { $0.hasEnded = true }
    }

    /// Waits until there is something to export, and returns up to where, and whether the end has come. Whole batches
    /// are exported in any case.
    private func waitForWork() -> (target: UInt64, isEnding: Bool) {
        let hasWork = state.wait(until: vitals_monotonic_nanoseconds() &+ delay) {
            $0.isAlarmed || $0.wanted > $0.done || $0.isEnding
        }
        let (wanted, isEnding): (UInt64, Bool) =
            state.update { state in
                state.isAlarmed = false
                return (state.wanted, state.isEnding)
            } ?? (0, true)
        return (hasWork ? wanted : queue.added, isEnding)
    }

    /// When an export has to be over that begins now, at the latest.
    private var end: UInt64 { state.update { $0.end ?? .max } ?? 0 }

    /// Exports a batch and returns whether the end has come; nil if there was none to export.
    private func export(through target: UInt64, _ batch: inout [FinishedSpan]) -> Bool? {
        guard let position = queue.take(through: target, into: &batch) else { return nil }
        metrics?.exported(batch.count)
        let deadline = min(vitals_monotonic_nanoseconds() &+ timeout, end)
        // Also where an exporter begins a span in another context.
        let former = vitals_set_tracing(true)
        let isDelivered = exporter.export(batch, timeout: .until(deadline))
        _ = vitals_set_tracing(former)
        defer { batch.removeAll(keepingCapacity: true) }
        return state.update { state in
            state.done = position
            for (ticket, flush) in state.flushes where !flush.isDone {
                state.flushes[ticket]?.isDone = position >= flush.target
                if !isDelivered { state.flushes[ticket]?.hasFailed = true }
            }
            return state.isEnding
        } ?? true
    }

    /// Drops what nobody will export any more.
    private func discard() {
        let count = queue.discard()
        guard count > 0 else { return }
        metrics?.lost(.alreadyShutdown, count)
        Diagnostics.log(
            .warning,
            "\(count) spans were not exported: \(title) did not take them before the shutdown had to be over")
    }
}

/// Flush and shutdown.
extension ExportWorker {
    /// Whether it is an exporter who asks: a wait might be one for itself.
    private var isAskedByExporter: Bool { CurrentContext.with { $0.isExporting } }

    /// Waits until the span at a position has been exported; false if that does not happen by `deadline` (monotonic
    /// nanoseconds).
    func wait(for position: UInt64, until deadline: UInt64) -> Bool {
        guard !isAskedByExporter else { return false }
        return state.wait(until: deadline) { $0.done >= position || $0.hasEnded }
    }

    /// True if the spans that have been added until now were delivered by `deadline` (monotonic nanoseconds).
    func flush(until deadline: UInt64) -> Bool {
        guard !isAskedByExporter else { return false }
        let target = queue.added
        let ticket = state.update { state in
            state.tickets += 1
            state.flushes[state.tickets] = Flush(target: target, isDone: state.done >= target)
            state.wanted = max(state.wanted, target)
            return state.tickets
        }
        guard let ticket else { return false }
        _ = state.wait(until: deadline) { $0.flushes[ticket]?.isDone != false || $0.hasEnded }
        return state.update { state in
            let isBroken = state.flushes[0]?.target == .max
            guard let flush = state.flushes.removeValue(forKey: ticket) else { return false }
            return flush.isDone && !flush.hasFailed && !isBroken
        } ?? false
    }

    /// How many flushes are waited for.
    var waitingFlushes: Int { state.update { state in state.flushes.keys.count { $0 > 0 } } ?? 0 }

    /// Takes no more spans, and exports a last time, until `deadline` (monotonic nanoseconds). Does not wait, and is safe
    /// to call twice: the first one counts.
    func beginShutdown(until deadline: UInt64) {
        let isFirst = state.update { state in
            guard state.end == nil else { return false }
            state.end = deadline
            return true
        }
        guard isFirst == true else { return }
        let target = queue.close()
        _ = state.update { $0.flushes[0] = Flush(target: target, isDone: $0.done >= target) }
        // An export that is under way leaves half of the time for the others.
        let now = vitals_monotonic_nanoseconds()
        exporter.hurry(within: .nanoseconds(Int64(clamping: (deadline > now ? deadline - now : 0) / 2)))
        _ = state.update { $0.isEnding = true }
    }

    /// Exports what there is while nobody waits for it.
    func abandon() {
        beginShutdown(until: vitals_monotonic_nanoseconds() &+ timeout)
    }

    /// True if all spans were delivered by `deadline`; what is under way then is cut off.
    func waitForShutdown(until deadline: UInt64) -> Bool {
        guard !isAskedByExporter else { return false }
        let hasEnded = state.wait(until: deadline) { $0.hasEnded }
        // Somebody else may have given the last exports more time.
        if !hasEnded, end <= deadline {
            exporter.cancel()
            metrics?.cancel()
            discard()
        }
        return state.update { state in
            guard let last = state.flushes[0] else { return false }
            return state.hasEnded && last.isDone && !last.hasFailed
        } ?? false
    }
}
