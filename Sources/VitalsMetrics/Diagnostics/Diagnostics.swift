import CVitals
import Synchronization

/// Where Vitals says what went wrong: one replaceable handler for the process, standard error by default.
public enum Diagnostics {
    /// How serious a message is.
    public enum Level: String, Sendable {
        /// Worth knowing.
        case info
        /// Something was dropped, refused or replaced; the program goes on.
        case warning
        /// Telemetry is not delivered.
        case error
    }

    /// Receives messages; may be called from any thread.
    public typealias Handler = @Sendable (Level, String) -> Void

    private struct State {
        var handler: Handler = { level, message in standardError(level, message) }
        var windowStart: UInt64 = 0
        var inWindow = 0
        var suppressed = 0
        var queue: [(Level, String)] = []
    }

    /// No more messages than this reach the handler within a minute; the number of others is told afterwards.
    static let perMinute = 60

    private static let state = Locked(State())
    /// Whether messages wait for a thread that holds no lock.
    static let hasQueued = Atomic(false)

    /// Replaces the handler. What the former one was told does not count against the new one's messages a minute.
    public static func handle(with handler: @escaping Handler) {
        let now = vitals_monotonic_nanoseconds()
        state.withLock { state in
            state.handler = handler
            state.windowStart = now
            state.inWindow = 0
        }
    }

    /// Goes back to standard error.
    public static func handleWithStandardError() {
        handle(with: standardError)
    }

    /// Shows only messages of these levels on standard error. A handler of the program's own hears all of them and
    /// chooses itself.
    package static func showOnStandardError(_ levels: Set<Level>) {
        shown.withLock { $0 = levels }
    }

    private static let shown = Locked<Set<Level>>([.info, .warning, .error])

    /// Hands a message to the handler unless too many came within the last minute. Under a lock of Vitals the message
    /// waits until the lock is free, because a handler may record and log itself.
    package static func log(_ level: Level, _ message: String) {
        let now = vitals_monotonic_nanoseconds()
        state.withLock { state in
            if now &- state.windowStart > 60_000_000_000 {
                if state.suppressed > 0 {
                    state.queue.append((.warning, "\(state.suppressed) messages were not shown: too many in a minute"))
                }
                state.windowStart = now
                state.inWindow = 0
                state.suppressed = 0
            }
            guard state.inWindow < perMinute else {
                state.suppressed += 1
                return
            }
            state.inWindow += 1
            state.queue.append((level, message))
            hasQueued.store(true, ordering: .relaxed)
        }
    }

    /// Empties the queue into the handler. Called by the lock when the thread holds none.
    static func deliver() {
        guard hasQueued.exchange(false, ordering: .acquiringAndReleasing) else { return }
        let (handler, messages) = state.withLock { state in
            defer { state.queue.removeAll() }
            return (state.handler, state.queue)
        }
        for (level, message) in messages { handler(level, message) }
    }

    @Sendable private static func standardError(_ level: Level, _ message: String) {
        guard shown.withLock({ $0.contains(level) }) else { return }
        var line = "\(level.rawValue): \(message)\n"
        line.withUTF8 { bytes in
            if let base = bytes.baseAddress { vitals_write_error(base, bytes.count) }
        }
    }
}
