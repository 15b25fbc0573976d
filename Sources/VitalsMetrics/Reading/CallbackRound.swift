import CVitals
import Synchronization

/// The callbacks of one collection. They run one after the other on a thread of their own, so that a callback that
/// hangs costs a reader its deadline and nothing else.
final class CallbackRound: Sendable {
    private struct Progress {
        var finished: [[ObservationLog.Entry]] = []
        var current: ObservationLog?
        var currentName = ""
        var isDone = false
        var isCut = false
    }

    private let watches: [Watch]
    private let context: RegistryContext
    private let progress = Waitable(Progress())

    private init(_ watches: [Watch], _ context: RegistryContext) {
        self.watches = watches
        self.context = context
    }

    /// Runs the callbacks, at most until `deadline` (monotonic nanoseconds), and returns what those that came to their
    /// end observed.
    static func run(_ watches: [Watch], _ context: RegistryContext, deadline: UInt64) -> [[ObservationLog.Entry]] {
        guard !watches.isEmpty else { return [] }
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

    private func finish(by deadline: UInt64) -> [[ObservationLog.Entry]] {
        let isDone = progress.wait(until: deadline) { $0.isDone }
        let outcome = progress.update { progress -> Progress in
            progress.isCut = true
            _ = progress.current?.close()
            return progress
        }
        if !isDone {
            context.drop(
                .callback,
                "the callback of \(outcome?.currentName ?? "") outran the deadline of the collection: its observations, and those of the "
                    + "callbacks behind it, are missing")
        }
        return outcome?.finished ?? []
    }

    private func work() {
        for watch in watches where !watch.isCancelled.load(ordering: .acquiring) {
            guard !watch.isRunning.exchange(true, ordering: .acquiring) else { continue }
            let log = ObservationLog(for: watch.instruments)
            let isCut =
                progress.update { progress in
                    progress.current = log
                    progress.currentName = watch.name
                    return progress.isCut
                } ?? true
            if !isCut {
                do {
                    try watch.body(log)
                    let entries = log.close()
                    _ = progress.update { $0.isCut ? () : $0.finished.append(entries) }
                } catch {
                    context.drop(.callback, "the callback of \(watch.name) failed and observed nothing: \(error)")
                }
            }
            watch.isRunning.store(false, ordering: .releasing)
            if isCut { return }
        }
        _ = progress.update { $0.isDone = true }
    }
}
