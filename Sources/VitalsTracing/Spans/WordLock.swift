import CVitals
import Synchronization

/// A lock of one word, in place: a span needs no second object for it. For a few instructions at a time, and never while
/// code of the program runs.
struct WordLock: ~Copyable, Sendable {
    private let isTaken = Atomic(false)

    @inline(__always)
    borrowing func lock() {
        if !isTaken.exchange(true, ordering: .acquiring) { return }
        contend()
    }

    @inline(__always)
    borrowing func unlock() {
        isTaken.store(false, ordering: .releasing)
    }

    @inline(never)
    private borrowing func contend() {
        var tries = 0
        while isTaken.load(ordering: .relaxed) || isTaken.exchange(true, ordering: .acquiring) {
            tries += 1
            // Whoever has the lock may have been interrupted.
            if tries > 1000 {
                vitals_sleep(50_000)
            } else if tries > 50 {
                vitals_yield()
            }
        }
    }
}
