import AllocationCounter
import BenchTiming
import Glibc

// `vitals-bench-tracing <work> <threads>` answers for vitals-bench where tracing is the work, or is linked. A program of
// its own, so that vitals-bench measures the core without it.

private let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let work = arguments.first, let threads = arguments.last.flatMap({ Int($0) }),
    (1...64).contains(threads)
else { exit(3) }

private let isCounted = work.hasPrefix("allocations.")
private let works = TracingWorks()
guard let operation = works.operation(String(work.dropFirst(isCounted ? "allocations.".count : 0))) else { exit(3) }

private let figures: String
if isCounted {
    operation(10_000)
    // What a run allocates once cancels out.
    let counts = [10_000, 110_000].map { count in
        let before = allocation_count()
        operation(count)
        return Double(allocation_count() - before)
    }
    figures = "\"allocs_per_op\":\(max(0, counts[1] - counts[0]) / 100_000)"
} else {
    let nanoseconds = nanosecondsPerOperation(threads: threads, operation)
    figures = "\"ns_per_op\":\(nanoseconds)" + (works.delivered().map { ",\"delivered\":\($0)" } ?? "")
}
print("{\"work\":\"\(work)\",\"who\":\"vitals\",\"threads\":\(threads),\(figures)}")
