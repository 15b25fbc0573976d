import AllocationCounter
import CVitals
import Glibc

// `vitals-bench-otlp <work> <threads>` answers for vitals-bench where OTLP is the work. A program of its own, so that the
// libraries of the push are not in the memory that vitals-bench measures.

private let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let work = arguments.first, arguments.last == "1" else { exit(3) }

private let isCounted = work.hasPrefix("allocations.")
private let timed = work.dropFirst(isCounted ? "allocations.".count : 0)
private let prefix = "otlp.encode."
guard timed.hasPrefix(prefix), var pushing = Pushing(timed.dropFirst(prefix.count)) else { exit(3) }

private let encoded = pushing.encode()
guard encoded.points > 0 else { exit(1) }
private let figures: String
if isCounted {
    for _ in 0..<3 { _ = pushing.encode() }
    let before = allocation_count()
    _ = pushing.encode()
    figures = "\"allocs_per_op\":\(Double(allocation_count() - before))"
} else {
    let median = medianNanoseconds { _ = pushing.encode() }
    figures = "\"ns_per_op\":\(median),\"bytes_per_point\":\(Double(encoded.bytes) / Double(encoded.points))"
}
print("{\"work\":\"\(work)\",\"who\":\"vitals\",\"threads\":1,\(figures)}")

/// The median of at least five runs that together last a quarter of a second, after a warm-up.
private func medianNanoseconds(_ body: () -> Void) -> Double {
    let warm = vitals_monotonic_nanoseconds() + 50_000_000
    repeat { body() } while vitals_monotonic_nanoseconds() < warm
    var samples: [UInt64] = []
    let end = vitals_monotonic_nanoseconds() + 250_000_000
    while samples.count < 5 || vitals_monotonic_nanoseconds() < end {
        let start = vitals_monotonic_nanoseconds()
        body()
        samples.append(vitals_monotonic_nanoseconds() - start)
    }
    return Double(samples.sorted()[samples.count / 2])
}
