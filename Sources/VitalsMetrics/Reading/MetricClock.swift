import CVitals

/// What time it is, in nanoseconds since 1970. Replaceable, so that tests need not wait.
public struct MetricClock: Sendable {
    /// Asks for the time.
    package let now: @Sendable () -> UInt64

    /// A clock that asks `now`.
    public init(now: @escaping @Sendable () -> UInt64) {
        self.now = now
    }

    /// The clock of the system.
    public static let system = MetricClock { vitals_unix_nanoseconds() }
}
