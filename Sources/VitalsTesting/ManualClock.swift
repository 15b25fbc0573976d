import Synchronization
public import VitalsMetrics

/// A clock that stands still until the test moves it.
public final class ManualClock: Sendable {
    private let nanoseconds: Atomic<UInt64>

    /// A clock that shows `seconds` since 1970.
    public init(seconds: UInt64 = 1_700_000_000) {
        nanoseconds = Atomic(seconds &* 1_000_000_000)
    }

    /// The time it shows, unix nanoseconds.
    public var now: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// Moves it on, or back.
    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let change = Int64(clamping: seconds) &* 1_000_000_000 &+ attoseconds / 1_000_000_000
        nanoseconds.wrappingAdd(UInt64(bitPattern: change), ordering: .relaxed)
    }

    /// The clock for a registry or reader.
    public var clock: MetricClock {
        MetricClock { self.now }
    }
}
