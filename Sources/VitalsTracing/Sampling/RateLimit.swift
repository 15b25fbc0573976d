import Synchronization

/// Permits that come evenly and are kept for a second; there is always room for one.
///
/// One word tells how many there are: each that is taken moves the time of the next one on.
final class RateLimit: Sendable {
    /// As many permits a second as there are nanoseconds: no limit at all.
    static let highest = 1e9

    /// From one permit to the next, in nanoseconds.
    private let interval: Int64
    /// How long before now a permit may have come and still be there.
    private let kept: Int64
    private let next = Atomic<Int64>(.min)

    init(perSecond rate: Double) {
        // Centuries are as good as for ever, and leave room to add them to a time.
        interval = Int64(min(1e9 / rate, 4e18))
        kept = max(0, 1_000_000_000 - interval)
    }

    /// Takes a permit if there is one at this time, in nanoseconds.
    func take(at now: Int64) -> Bool {
        var expected = next.load(ordering: .relaxed)
        // Whenever another thread is quicker there is one permit less: this ends when they do.
        while true {
            let permit = max(expected, now &- kept)
            guard permit <= now else { return false }
            let attempt = next.compareExchange(
                expected: expected, desired: permit &+ interval, ordering: .relaxed)
            if attempt.exchanged { return true }
            expected = attempt.original
        }
    }
}
