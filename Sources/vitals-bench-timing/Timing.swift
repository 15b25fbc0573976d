import CVitals
import Synchronization

/// Runs `body` with an iteration count that makes it last about a quarter of a second, after a warm-up, on `threads`
/// threads at once, and tells the nanoseconds that one iteration took on each.
package func nanosecondsPerOperation(threads: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    var iterations = 1000
    while true {
        let elapsed = wall(threads: threads, iterations, body)
        if elapsed > 50_000_000 {
            iterations = max(1, Int(Double(iterations) * 250_000_000 / Double(elapsed)))
            break
        }
        iterations *= elapsed < 5_000_000 ? 8 : 2
    }
    return Double(wall(threads: threads, iterations, body)) / Double(iterations)
}

private final class Race: Sendable {
    let waiting = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let iterations: Int
    let body: @Sendable (Int) -> Void

    init(_ iterations: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.iterations = iterations
        self.body = body
    }
}

/// Wall nanoseconds for `threads` threads to run `body(iterations)` side by side.
private func wall(threads: Int, _ iterations: Int, _ body: @escaping @Sendable (Int) -> Void) -> UInt64 {
    if threads == 1 {
        let start = vitals_monotonic_nanoseconds()
        body(iterations)
        return vitals_monotonic_nanoseconds() - start
    }
    let race = Race(iterations, body)
    for _ in 0..<threads {
        _ = vitals_thread_start(
            { pointer in
                let race = Unmanaged<Race>.fromOpaque(pointer).takeRetainedValue()
                race.waiting.add(1, ordering: .acquiringAndReleasing)
                while race.waiting.load(ordering: .acquiring) <= 1_000_000 {}
                race.body(race.iterations)
                race.done.add(1, ordering: .acquiringAndReleasing)
            }, Unmanaged.passRetained(race).toOpaque(), "bench")
    }
    while race.waiting.load(ordering: .acquiring) < threads { vitals_yield() }
    let start = vitals_monotonic_nanoseconds()
    race.waiting.store(2_000_000, ordering: .releasing)
    while race.done.load(ordering: .acquiring) < threads { vitals_yield() }
    return vitals_monotonic_nanoseconds() - start
}

/// The median of at least five runs that together last a quarter of a second, after a warm-up.
package func medianNanoseconds(_ body: () -> Void) -> Double {
    let warm = vitals_monotonic_nanoseconds() + 50_000_000
    repeat { body() } while vitals_monotonic_nanoseconds() < warm
    var samples: [UInt64] = []
    let end = vitals_monotonic_nanoseconds() + 250_000_000
    while samples.count < 5 || (vitals_monotonic_nanoseconds() < end && samples.count < 100_000) {
        let start = vitals_monotonic_nanoseconds()
        body()
        samples.append(vitals_monotonic_nanoseconds() - start)
    }
    return Double(samples.sorted()[samples.count / 2])
}
