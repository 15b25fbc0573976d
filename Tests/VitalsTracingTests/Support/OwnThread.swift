import CVitals
import Testing
import VitalsMetrics

/// Runs `body` on a thread of its own and waits for it to end; what is left on the thread then goes with it.
func onOwnThread(_ body: @escaping @Sendable () -> Void) {
    final class Job: Sendable {
        let body: @Sendable () -> Void
        let isDone = Waitable(false)
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let job = Job(body)
    let failure = vitals_thread_start(
        { pointer in
            let job = Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue()
            job.body()
            _ = job.isDone.update { $0 = true }
        }, Unmanaged.passRetained(job).toOpaque(), "test-own")
    #expect(failure == 0)
    #expect(job.isDone.wait(until: vitals_monotonic_nanoseconds() + 60_000_000_000) { $0 })
}

/// Waits until `condition` holds; false when it does not within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    let end = vitals_monotonic_nanoseconds() + 10_000_000_000
    while !condition() {
        if vitals_monotonic_nanoseconds() > end { return false }
        vitals_sleep(1_000_000)
    }
    return true
}
