import Testing
import VitalsMetrics

/// Runs what blocks on a thread of its own: the threads that tests share are few.
func onThread(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        let worker = Worker("test") {
            body()
            continuation.resume()
        }
        guard worker == nil else { return }
        Issue.record("a test has no thread")
        continuation.resume()
    }
}
