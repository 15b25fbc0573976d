import Glibc
import VitalsMetrics

/// The signals that ask the program to end.
enum EndSignals {
    private static let set: sigset_t = {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }()

    /// Keeps the signals for `wait`. Before any thread starts, so that all of them inherit that. Writing to somebody who
    /// is gone becomes an error of that write.
    static func block() {
        var set = Self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one of them; false if none came within `duration`.
    static func wait(_ duration: Duration) -> Bool {
        let deadline = Deadline(after: duration)
        var set = Self.set
        while true {
            let left = deadline.left.components
            var pause = timespec(tv_sec: Int(left.seconds), tv_nsec: Int(left.attoseconds / 1_000_000_000))
            if sigtimedwait(&set, nil, &pause) >= 0 { return true }
            if deadline.isOver { return false }
        }
    }

    /// Does work that may block, on a thread of its own; throws `ToldToEnd` if one of them comes before it is done.
    static func wait<Result: Sendable>(for work: @escaping @Sendable () throws -> Result) throws -> Result {
        let result = Locked<Swift.Result<Result, any Error>?>(nil)
        let worker = Worker("shop-start") {
            let outcome = Swift.Result { try work() }
            result.withLock { $0 = outcome }
        }
        guard worker != nil else { throw StartError(description: "the system has no thread to start with") }
        while true {
            if let result = result.withLock({ $0 }) { return try result.get() }
            if wait(.milliseconds(10)) { throw ToldToEnd() }
        }
    }
}

/// One of the signals came while the service was starting.
struct ToldToEnd: Error {}
