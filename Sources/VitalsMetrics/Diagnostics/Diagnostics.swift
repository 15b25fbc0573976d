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
    }

    /// No more messages than this reach the handler within a minute; the number of others is told afterwards.
    static let perMinute = 60

    private static let state = Locked(State())

    /// Replaces the handler.
    public static func handle(with handler: @escaping Handler) {
        state.withLock { $0.handler = handler }
    }

    /// Goes back to standard error.
    public static func handleWithStandardError() {
        handle(with: standardError)
    }

    /// Hands a message to the handler unless too many came within the last minute.
    package static func log(_ level: Level, _ message: String) {
        let now = vitals_monotonic_nanoseconds()
        let (handler, suppressed) = state.withLock { state -> (Handler?, Int) in
            var told = 0
            if now &- state.windowStart > 60_000_000_000 {
                state.windowStart = now
                state.inWindow = 0
                told = state.suppressed
                state.suppressed = 0
            }
            guard state.inWindow < perMinute else {
                state.suppressed += 1
                return (nil, 0)
            }
            state.inWindow += 1
            return (state.handler, told)
        }
        // Outside the lock: a handler may itself record or log.
        if suppressed > 0 { handler?(.warning, "vitals: \(suppressed) messages were not shown, too many in a minute") }
        handler?(level, message)
    }

    @Sendable private static func standardError(_ level: Level, _ message: String) {
        var line = "\(level.rawValue): \(message)\n"
        line.withUTF8 { bytes in
            if let base = bytes.baseAddress { vitals_write_error(base, bytes.count) }
        }
    }
}
