import CVitals
import Synchronization

/// The time of spans: unix nanoseconds that run as evenly as the monotonic clock, so that no span ends before it begins,
/// and follow the wall clock once a second.
package enum SpanClock {
    private static let offset = Atomic<UInt64>(0)
    private static let checked = Atomic<UInt64>(0)
    private static let checkedEvery: UInt64 = 1_000_000_000

    @inline(__always)
    package static func now() -> (unix: UInt64, monotonic: UInt64) {
        let monotonic = vitals_monotonic_nanoseconds()
        // Acquired, so that the offset of that check is seen as well.
        let last = checked.load(ordering: .acquiring)
        if last == 0 || monotonic &- last > checkedEvery { check(monotonic) }
        return (monotonic &+ offset.load(ordering: .relaxed), monotonic)
    }

    @inline(never)
    private static func check(_ monotonic: UInt64) {
        offset.store(vitals_unix_nanoseconds() &- monotonic, ordering: .relaxed)
        checked.store(monotonic, ordering: .releasing)
    }
}
