internal import CVitals
internal import Glibc

/// Wakes a thread that waits in `poll`.
final class Waker: Sendable {
    let descriptor: Int32

    /// A waker; nil if the system has no descriptor for it.
    init?() {
        descriptor = vitals_wake_descriptor()
        if descriptor < 0 { return nil }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
