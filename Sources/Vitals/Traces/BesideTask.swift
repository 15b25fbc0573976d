import VitalsMetrics
import VitalsTracing

/// Work on a thread of its own, beside what its caller does meanwhile, so that neither takes the other's time.
struct BesideTask: Sendable {
    private let body: @Sendable () -> Bool
    private let outcome = Waitable<Bool?>(nil)
    private let isRunning: Bool

    init(_ body: @escaping @Sendable () -> Bool) {
        self.body = body
        let outcome = outcome
        // Exporters know by it that it is they who ask, and do not wait for themselves.
        let context = Context.current
        isRunning =
            Worker("vitals-flush") {
                let result = withContext(context, body)
                _ = outcome.update { $0 = result }
            } != nil
    }

    /// What came of it; false if it does not end by `deadline` (monotonic nanoseconds).
    func result(until deadline: UInt64) -> Bool {
        // The system has no thread, so it is done now, in what is left of the time.
        guard isRunning else { return body() }
        _ = outcome.wait(until: deadline) { $0 != nil }
        return outcome.update { $0 ?? false } ?? false
    }
}
