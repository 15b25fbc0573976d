import CVitals
import Synchronization

/// The callbacks of one collection. They run one after the other on a thread of their own, so that a callback that
/// hangs costs a reader its deadline and nothing else.
final class CallbackRound: Sendable {
    /// What callbacks observed, and the instruments of those that did not come to their end.
    struct Outcome {
        var observed: [[ObservationLog.Entry]] = []
        var unfinished: [InstrumentCore] = []
    }

    private struct Progress {
        var finished: [(watch: Watch, entries: [ObservationLog.Entry])] = []
        var current: ObservationLog?
        var currentWatch: Watch?
        var isDone = false
        var isCut = false
    }

    private let watches: [Watch]
    private let context: RegistryContext
    private let progress = Waitable(Progress())
    /// A callback that collects runs in a callback itself: it must not wait for the one that it is in.
    @TaskLocal static var isInCallback = false
    private let mayWait: Bool

    private init(_ watches: [Watch], _ context: RegistryContext) {
        self.watches = watches
        self.context = context
        mayWait = !Self.isInCallback
    }

    /// Runs the callbacks, at most until `deadline` (monotonic nanoseconds), and returns what those that came to their
    /// end observed.
    static func run(_ watches: [Watch], _ context: RegistryContext, deadline: UInt64) -> Outcome {
        guard !watches.isEmpty else { return Outcome() }
        let round = CallbackRound(watches, context)
        let box = Unmanaged.passRetained(round)
        let failure = vitals_thread_start(
            { pointer in
                let box = Unmanaged<CallbackRound>.fromOpaque(pointer)
                box.takeUnretainedValue().work()
                box.release()
            }, box.toOpaque(), "vitals-callback")
        if failure != 0 {
            box.release()
            Diagnostics.log(.warning, "no thread for callbacks (error \(failure)): they run on the reader's own")
            round.work()
        }
        return round.finish(by: deadline)
    }

    private func finish(by deadline: UInt64) -> Outcome {
        let isDone = progress.wait(until: deadline) { $0.isDone }
        let outcome = progress.update { progress -> Progress in
            progress.isCut = true
            _ = progress.current?.close()
            if !isDone { progress.currentWatch?.isStuck.store(true, ordering: .releasing) }
            return progress
        }
        if !isDone {
            context.drop(
                .callback,
                "the callback of \(outcome?.currentWatch?.name ?? watches.first?.name ?? "") outran the deadline of the collection: its "
                    + "observations, and those of the callbacks behind it, are missing")
        }
        let finished = outcome?.finished ?? []
        let unfinished = watches.filter { watch in !finished.contains { $0.watch === watch } }
        return Outcome(observed: finished.map(\.entries), unfinished: unfinished.flatMap(\.instruments))
    }

    /// False when the callback has outrun a deadline and not come back, or this round is over.
    private func enter(_ watch: Watch) -> Bool {
        while watch.isRunning.exchange(true, ordering: .acquiring) {
            guard mayWait, !watch.isStuck.load(ordering: .acquiring) else { return false }
            // Another reader's round is in it. That is rare and soon over.
            if progress.wait(until: vitals_monotonic_nanoseconds() &+ 100_000, for: \.isCut) { return false }
        }
        return true
    }

    private func work() {
        for watch in watches where !watch.isCancelled.load(ordering: .acquiring) {
            guard enter(watch) else { continue }
            let log = ObservationLog(for: watch.instruments)
            let isCut =
                progress.update { progress in
                    progress.current = log
                    progress.currentWatch = watch
                    return progress.isCut
                } ?? true
            if !isCut {
                do {
                    try Self.$isInCallback.withValue(true) { try watch.body(log) }
                    let entries = log.close()
                    _ = progress.update { $0.isCut ? () : $0.finished.append((watch, entries)) }
                } catch {
                    context.drop(.callback, "the callback of \(watch.name) failed and observed nothing: \(error)")
                }
            }
            // Under the lock, so that a cut at this very moment does not call it stuck afterwards.
            _ = progress.update { progress in
                progress.currentWatch = nil
                watch.isStuck.store(false, ordering: .releasing)
            }
            watch.isRunning.store(false, ordering: .releasing)
            if isCut { return }
        }
        _ = progress.update { $0.isDone = true }
    }
}
