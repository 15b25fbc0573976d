import CVitals

/// How long to wait before the next attempt: twice as long each time, and never the same for two processes that fail at
/// the same moment.
struct Backoff {
    private static let first: UInt64 = 500_000_000
    private static let longest: UInt64 = 30_000_000_000
    private var pause = Backoff.first

    /// Nanoseconds until the next attempt: between half and one and a half of the pause that is due.
    mutating func next(random: UInt64 = vitals_random()) -> UInt64 {
        defer { pause = min(pause * 2, Self.longest) }
        return pause / 2 + random % (pause + 1)
    }
}
