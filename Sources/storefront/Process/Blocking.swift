import VitalsMetrics

/// Runs `work` as a task and blocks the calling thread until it is done; nil if that takes longer than until `deadline`.
/// Only for the main thread, which has nothing else to do.
func block<Result: Sendable>(
    until deadline: Deadline, _ work: @escaping @Sendable () async -> Result
) -> Result? {
    let result = Waitable<Result?>(nil)
    Task {
        let value = await work()
        _ = result.update { $0 = value }
    }
    _ = result.wait(until: deadline.nanoseconds) { $0 != nil }
    return result.update { $0 } ?? nil
}
