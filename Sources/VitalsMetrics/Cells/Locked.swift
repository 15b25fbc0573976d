import CVitals
import Synchronization

/// A value behind a lock.
///
/// Not the Mutex of the standard library, because ThreadSanitizer cannot see into that one: every use would be reported
/// as a race, and real races would hide among the reports.
package struct Locked<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let value: UnsafeMutablePointer<Value>
    private let lock: UnsafeMutableRawPointer

    package init(_ initial: consuming sending Value) {
        value = .allocate(capacity: 1)
        value.initialize(to: initial)
        lock = .allocate(byteCount: vitals_lock_size(), alignment: 16)
        vitals_lock_init(lock)
    }

    deinit {
        vitals_lock_destroy(lock)
        lock.deallocate()
        value.deinitialize(count: 1)
        value.deallocate()
    }

    /// Runs `body` with the value while no other thread has it.
    package borrowing func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        vitals_lock(lock)
        defer { unlock() }
        return try body(&value.pointee)
    }

    /// Runs `body` unless another thread has the value now.
    package borrowing func withLockIfAvailable<Result>(_ body: (inout Value) -> Result) -> Result? {
        guard vitals_try_lock(lock) else { return nil }
        defer { unlock() }
        return body(&value.pointee)
    }

    /// Messages that came up under the lock are delivered now, when their handler may do what it likes.
    private borrowing func unlock() {
        vitals_unlock(lock)
        if Diagnostics.hasQueued.load(ordering: .relaxed), vitals_locks_held() == 0 { Diagnostics.deliver() }
    }
}
