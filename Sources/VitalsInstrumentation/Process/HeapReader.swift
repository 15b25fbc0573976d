import CVitals
import Glibc
import VitalsMetrics

/// Asks malloc how much memory it handed out, as long as that does the program no harm.
struct HeapReader {
    /// Bytes handed out, and had of the system.
    typealias Sizes = (used: UInt64, reserved: UInt64)

    var ask: @Sendable () -> Sizes? = {
        var sizes: Sizes = (0, 0)
        return vitals_heap(&sizes.used, &sizes.reserved) ? sizes : nil
    }
    /// Seconds of processor time of the thread: to have waited for a processor says nothing about malloc.
    var clock: @Sendable () -> Double = {
        var now = timespec()
        guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 else { return 0 }
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
    private var isTooSlow = false

    /// What one question may take. Malloc walks through all its free blocks, 100,000 of them in some 25 ms, and who
    /// wants memory meanwhile has to wait.
    static let longest = 0.005

    /// Nil where malloc does not say, has nothing because the program uses another one, or took too long once.
    mutating func read() -> Sizes? {
        guard !isTooSlow else { return nil }
        let began = clock()
        guard let sizes = ask(), sizes.reserved > 0 else { return nil }
        let took = clock() - began
        if took > Self.longest {
            isTooSlow = true
            Diagnostics.log(
                .info,
                "malloc took \(took) s to say how much memory it handed out, as the program has many free blocks: it is "
                    + "not asked again, and process.memory.heap.usage and .reserved are absent")
        }
        return sizes
    }
}
