import CVitals
import Synchronization

@testable import VitalsMetrics
@testable import VitalsTesting

/// The time of a `ManualClock` that was moved on by `seconds`.
func at(_ seconds: UInt64) -> UInt64 {
    (1_700_000_000 + seconds) * 1_000_000_000
}

extension Registry {
    /// How many declarations and views were wrong or contradicted each other.
    var conflicts: Int { context.conflicts.load(ordering: .relaxed) }
}

extension MetricReader {
    /// Collects without acknowledging. Unlike `InMemoryReader` it tells when the reader refuses.
    func gather(timeout: Duration? = nil) throws -> CollectedMetrics {
        var metrics: [CollectedMetric] = []
        try collect(timeout: timeout) { metrics.append(CollectedMetric($0)) }
        return CollectedMetrics(metrics: metrics)
    }
}

extension CollectedMetric {
    /// The sum of all integer points.
    var total: Int { points.reduce(0) { $0 + ($1.int ?? 0) } }
    /// The sets of attributes in the order of the points.
    var labels: [Attributes] { points.map(\.attributes) }
    /// The integers by the text of their attributes.
    var byLabels: [String: Int] {
        var values: [String: Int] = [:]
        for point in points { values["\(point.attributes)"] = point.int }
        return values
    }
}

/// Counts what happens on other threads.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func add(_ amount: Int = 1) -> Int {
        value.add(amount, ordering: .sequentiallyConsistent).newValue
    }

    func set(_ count: Int) {
        value.store(count, ordering: .sequentiallyConsistent)
    }
}

/// Waits until `condition` holds; false when it does not within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = vitals_monotonic_nanoseconds() + 10_000_000_000
    while !condition() {
        if vitals_monotonic_nanoseconds() > deadline { return false }
        pause(milliseconds: 1)
    }
    return true
}

/// Stops the calling thread for a while.
func pause(milliseconds: UInt64) {
    let never = Waitable(0)
    _ = never.wait(until: vitals_monotonic_nanoseconds() + milliseconds * 1_000_000) { $0 == 1 }
}
