import AllocationCounter
import BenchTiming
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
