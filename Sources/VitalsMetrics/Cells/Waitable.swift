import CVitals

/// A value behind a lock, with a wait that ends at a deadline.
package final class Waitable<Value: Sendable>: @unchecked Sendable {
    private var value: Value
    private let monitor: OpaquePointer?

    package init(_ value: Value) {
        self.value = value
        monitor = vitals_monitor_create()
    }

    deinit {
        if let monitor { vitals_monitor_destroy(monitor) }
    }

    /// Changes the value and wakes whoever waits.
    package func update<Result>(_ body: (inout Value) -> Result) -> Result? {
        guard let monitor else { return nil }
        vitals_monitor_lock(monitor)
        defer {
            vitals_monitor_signal(monitor)
            vitals_monitor_unlock(monitor)
        }
        return body(&value)
    }

    /// Waits until the value satisfies `condition`, but not beyond `deadline` (monotonic nanoseconds).
    package func wait(until deadline: UInt64, for condition: (Value) -> Bool) -> Bool {
        guard let monitor else { return false }
        vitals_monitor_lock(monitor)
        defer { vitals_monitor_unlock(monitor) }
        while !condition(value) {
            if !vitals_monitor_wait(monitor, deadline) { return condition(value) }
        }
        return true
    }
}
