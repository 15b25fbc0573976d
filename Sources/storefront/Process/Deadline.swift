import CVitals
import VitalsMetrics

/// A moment after which nobody waits any more.
struct Deadline: Sendable {
    /// On the monotonic clock.
    let nanoseconds: UInt64

    init(after duration: Duration) {
        nanoseconds = vitals_monotonic_nanoseconds() &+ duration.nanoseconds
    }

    /// The moment so long before.
    func earlier(by duration: Duration) -> Deadline {
        Deadline(nanoseconds: nanoseconds > duration.nanoseconds ? nanoseconds - duration.nanoseconds : 0)
    }

    private init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The time until then; zero if it is over.
    var left: Duration {
        let now = vitals_monotonic_nanoseconds()
        return .nanoseconds(Int64(clamping: nanoseconds > now ? nanoseconds - now : 0))
    }

    var isOver: Bool { vitals_monotonic_nanoseconds() >= nanoseconds }
}
