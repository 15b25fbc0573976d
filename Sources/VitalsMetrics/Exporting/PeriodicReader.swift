import CVitals

/// Collects and exports on a thread of its own, at an interval: never two exports at a time, and what an export that
/// takes long lets pass is made up for by one.
package final class PeriodicReader: Sendable {
    private struct State: Sendable {
        /// How many flushes were asked for, begun with an export, and delivered.
        var asked = 0
        var answered = 0
        var delivered = 0
        var isEnding = false
        /// When the last export, which is to come now, has to be over.
        var end: UInt64?
        var hasEnded = false
    }

    private let reader: MetricReader
    private let exporter: any SnapshotExporter
    private let interval: UInt64
    private let timeout: UInt64
    private let state = Waitable(State())

    /// A reader that exports every `interval`; an export may take `timeout`, zero for no limit.
    package init(
        _ registry: Registry, _ exporter: any SnapshotExporter, every interval: Duration, timeout: Duration
    ) {
        reader = MetricReader(registry, temporality: exporter.temporality, component: "periodic_metric_reader")
        self.exporter = exporter
        // Without a pause there would be nothing but exports.
        self.interval = max(interval.nanoseconds, 1_000_000)
        self.timeout = timeout.nanoseconds == 0 ? 1 << 62 : timeout.nanoseconds
    }

    /// The reader whose thread this is: what an exporter calls on it must not wait for the export that it is in.
    @TaskLocal private static var current: ObjectIdentifier?

    /// Begins. False if the system has no thread; to be called once.
    package func start() -> Bool {
        Worker("vitals-push") { Self.$current.withValue(ObjectIdentifier(self)) { self.run() } } != nil
    }

    /// Whether a wait for the reader would be one for the caller itself.
    private var isWaitedForHere: Bool { CallbackRound.isInCallback || Self.current == ObjectIdentifier(self) }

    private func run() {
        var next = vitals_monotonic_nanoseconds() &+ interval
        while true {
            let answered = state.update { $0.answered } ?? 0
            _ = state.wait(until: next) { $0.end != nil || $0.asked > answered }
            let (asked, isEnding) = state.update { ($0.asked, $0.end != nil) } ?? (0, true)
            if isEnding { break }
            let began = vitals_monotonic_nanoseconds()
            let isDelivered = exporter.export(reader, until: began &+ timeout)
            answer(asked, isDelivered)
            let passed = vitals_monotonic_nanoseconds() &- began
            next = began &+ (passed / interval &+ 1) &* interval
        }
        exporter.hurry(to: .max)
        let (asked, end) = state.update { ($0.asked, $0.end ?? 0) } ?? (0, 0)
        let isDelivered = exporter.export(reader, until: end)
        answer(asked, isDelivered)
        reader.shutdown()
        exporter.shutdown()
        _ = state.update { $0.hasEnded = true }
    }

    private func answer(_ asked: Int, _ isDelivered: Bool) {
        _ = state.update { state in
            state.answered = asked
            if isDelivered { state.delivered = asked }
        }
    }

    /// Asks for an export of what there is now; nil if none will come. The ticket is for `waitForFlush`.
    package func beginFlush() -> Int? {
        guard !isWaitedForHere else { return nil }
        return state.update { state in
            guard !state.isEnding else { return nil }
            state.asked += 1
            return state.asked
        } ?? nil
    }

    /// True if what a flush exports was delivered by `deadline` (monotonic nanoseconds).
    package func waitForFlush(_ ticket: Int, until deadline: UInt64) -> Bool {
        _ = state.wait(until: deadline) { $0.answered >= ticket || $0.hasEnded }
        return state.update { $0.delivered >= ticket } ?? false
    }

    /// Asks for a last export, which is to be over by `deadline` (monotonic nanoseconds). Safe to call twice: the first
    /// one counts.
    package func beginShutdown(until deadline: UInt64) {
        let isFirst = state.update { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        guard isFirst == true else { return }
        // An export that is under way leaves half of the time for the last one, which has everything in it.
        let now = vitals_monotonic_nanoseconds()
        exporter.hurry(to: now &+ (deadline > now ? deadline - now : 0) / 2)
        _ = state.update { state in
            state.end = deadline
            state.asked += 1
        }
    }

    /// True if the last export was delivered by `deadline`; what is under way then is cut off.
    package func waitForShutdown(until deadline: UInt64) -> Bool {
        guard !isWaitedForHere else { return false }
        let hasEnded = state.wait(until: deadline) { $0.hasEnded }
        // Somebody else may have given the last export more time.
        let end = state.update { $0.end ?? 0 } ?? 0
        if !hasEnded, end <= deadline {
            exporter.cancel()
            reader.shutdown()
        }
        return state.update { $0.hasEnded && $0.delivered == $0.asked } ?? false
    }
}
