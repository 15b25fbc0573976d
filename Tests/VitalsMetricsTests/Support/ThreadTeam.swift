import CVitals
import Testing
import VitalsMetrics

/// Real threads for tests: tasks share a few threads and would hardly ever contend.
enum ThreadTeam {
    private final class Member: Sendable {
        let body: @Sendable () -> Void
        let remaining: Waitable<Int>

        init(_ body: @escaping @Sendable () -> Void, _ remaining: Waitable<Int>) {
            self.body = body
            self.remaining = remaining
        }
    }

    /// Runs `body` on `count` threads at once and returns when all have come to their end.
    static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let remaining = Waitable(count)
        for number in 0..<count {
            let member = Unmanaged.passRetained(Member({ body(number) }, remaining))
            let failure = vitals_thread_start(
                { context in
                    let member = Unmanaged<Member>.fromOpaque(context).takeRetainedValue()
                    member.body()
                    _ = member.remaining.update { $0 -= 1 }
                }, member.toOpaque(), "test")
            if failure != 0 {
                member.release()
                _ = remaining.update { $0 -= 1 }
                Issue.record("thread \(number) did not start: error \(failure)")
            }
        }
        let deadline = vitals_monotonic_nanoseconds() + 120_000_000_000
        #expect(remaining.wait(until: deadline) { $0 == 0 })
    }
}
