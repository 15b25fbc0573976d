/// How many requests are due, of so many a second.
struct LoadPace: Sendable {
    /// After a pause that is longer, such as that of a laptop that sleeps, nobody catches up.
    private static let longestPause = Duration.seconds(1)

    private let rate: Int
    /// The time until the last look, and how much of it was such a pause.
    private var past = Duration.zero
    private var paused = Duration.zero
    private var count = 0

    init(rate: Int) {
        self.rate = rate
    }

    /// How many more are due now.
    ///
    /// - Parameter time: Since the start.
    mutating func due(after time: Duration) -> Int {
        if time - past > Self.longestPause { paused += time - past }
        past = time
        let due = Int((time - paused) / .seconds(1) * Double(rate))
        defer { count = max(count, due) }
        return max(0, due - count)
    }
}
