import CVitals

/// A thread that runs one body and can be waited for.
package final class Worker: Sendable {
    private let hasEnded = Waitable(false)
    private let body: @Sendable () -> Void

    /// Starts a thread; nil if the system has none.
    package init?(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.body = body
        let context = Unmanaged.passRetained(self)
        let failure = vitals_thread_start(
            { context in
                let worker = Unmanaged<Worker>.fromOpaque(context).takeRetainedValue()
                worker.body()
                _ = worker.hasEnded.update { $0 = true }
            }, context.toOpaque(), name)
        guard failure == 0 else {
            context.release()
            return nil
        }
    }

    /// Waits for the end of the body; false if it did not come in time.
    package func join(until deadline: UInt64) -> Bool {
        hasEnded.wait(until: deadline) { $0 }
    }
}
