import AllocationCounter
import BenchTiming
import CVitals
import Glibc
import VitalsMetrics

/// `vitals-bench <work> <threads> [--who swift-atomic|swift-mutex]` prints one line of JSON; exit code 3: no such work.
/// `vitals-bench serve.100k <seconds>` prints its port and can be scraped.
func answer(_ work: String, _ who: String, _ threads: Int, _ key: String, _ value: Double) -> Never {
    print("{\"work\":\"\(work)\",\"who\":\"\(who)\",\"threads\":\(threads),\"\(key)\":\(value)}")
    exit(0)
}

func count(of work: String, after prefix: String) -> Int? {
    guard work.hasPrefix(prefix) else { return nil }
    switch work.dropFirst(prefix.count) {
    case "1k": return 1000
    case "10k": return 10_000
    case "100k": return 100_000
    default: return nil
    }
}

var arguments = Array(CommandLine.arguments.dropFirst())
var who = "vitals"
if let flag = arguments.firstIndex(of: "--who"), flag + 1 < arguments.count {
    who = arguments[flag + 1]
    arguments.removeSubrange(flag...(flag + 1))
}

/// Becomes another program, whose libraries would be in the memory that this one measures.
func become(_ program: String, _ arguments: [String]) -> Never {
    let path = "\(CommandLine.arguments[0])-\(program)"
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    execv(path, &words)
    print("vitals-bench: cannot run \(path): \(String(cString: strerror(errno)))")
    exit(1)
}

/// Whether tracing is to be linked for a work, or for the count of its allocations.
func becomesTracing(_ work: String) -> Bool {
    let timed = work.hasPrefix("allocations.") ? work.dropFirst("allocations.".count) : work[...]
    return ["span.", "context."].contains { timed.hasPrefix($0) }
        || ["counter.add.linked", "counter.add.inspan"].contains(timed)
}

if arguments.count == 2, arguments[0] == "serve.100k" { become("http", [arguments[1]]) }
guard arguments.count == 2, let threads = Int(arguments[1]), (1...64).contains(threads) else {
    print("usage: vitals-bench <work> <threads> [--who vitals|swift-atomic|swift-mutex]")
    print("       vitals-bench serve.100k <seconds>")
    exit(64)
}
let work = arguments[0]

guard who == "vitals" else {
    guard let operation = Works.yardstick(who, work) else { exit(3) }
    answer(work, who, threads, "ns_per_op", nanosecondsPerOperation(threads: threads, operation))
}

if work.hasPrefix("otlp.") || work.hasPrefix("allocations.otlp.") { become("otlp", [work, "\(threads)"]) }
if becomesTracing(work) { become("tracing", [work, "\(threads)"]) }

let works = Works(threads: threads)

if let operation = works.operation(work) {
    answer(work, who, threads, "ns_per_op", nanosecondsPerOperation(threads: threads, operation))
}

if let series = count(of: work, after: "snapshot.") {
    let family = works.create(series, adding: true)
    let reader = MetricReader(works.registry)
    if threads > 1 { keepBusy(family["GET", "/api/v1/items/0", "200"]) }
    var total: UInt64 = 0
    let median = medianNanoseconds { total = Works.snapshot(reader) }
    guard total >= UInt64(series) else { fatalError("the snapshot is wrong: \(total)") }
    answer(work, who, threads, "ns_per_op", median)
}

if work == "create.100k" {
    let labels = (0..<100_000).map { Works.labels($0) }
    var samples: [Double] = []
    for _ in 0..<7 {
        let fresh = Works(threads: 1)
        fresh.raiseLimit()
        let start = vitals_monotonic_nanoseconds()
        let family = fresh.meter.counter("requests", by: .string("method"), .string("route"), .string("status"))
        for (method, route, status) in labels { _ = family[method, route, status] }
        samples.append(Double(vitals_monotonic_nanoseconds() - start) / 100_000)
    }
    answer(work, who, threads, "ns_per_op", samples.sorted()[samples.count / 2])
}

if let series = count(of: work, after: "memory.") {
    let family = works.create(series, adding: true)
    answer(work, who, threads, "mb", residentMegabytes(keeping: family))
}

if let (accept, encoding, series) = Rendering.parse(work) {
    let rendering = Rendering()
    rendering.fill(series)
    answer(work, who, threads, "ns_per_op", medianNanoseconds { _ = rendering.render(accept, encoding) })
}

if work == "memory.scrape.100k" {
    let rendering = Rendering()
    rendering.fill("100k")
    var size = 0
    // The first rendering, which writes the labels, and four more.
    let growth = Rendering.peakGrowth { for _ in 0..<5 { size = rendering.render() } }
    print(
        "{\"work\":\"\(work)\",\"who\":\"\(who)\",\"threads\":1,\"mb\":\(growth),\"body_mb\":\(Double(size) / 1_048_576)}"
    )
    exit(0)
}

if work.hasPrefix("interference.") {
    let rendering = Rendering()
    rendering.fill("100k")
    let counter = rendering.registry.meter("bench").counter("add").with(["a": "b"])
    if work == "interference.scraped" { keepRendering(rendering) }
    answer(
        work, who, threads, "ns_per_op",
        nanosecondsPerOperation(threads: 1) { for _ in 0..<$0 { counter.add(1) } })
}

if work.hasPrefix("allocations.") {
    let measured = String(work.dropFirst("allocations.".count))
    if let (accept, encoding, series) = Rendering.parse(measured) {
        let rendering = Rendering()
        rendering.fill(series)
        for _ in 0..<3 { _ = rendering.render(accept, encoding) }
        let before = allocation_count()
        _ = rendering.render(accept, encoding)
        answer(work, who, threads, "allocs_per_op", Double(allocation_count() - before))
    }
    if let operation = works.operation(measured) {
        operation(10_000)
        // What a run allocates once, its label values, cancels out.
        let counts = [10_000, 110_000].map { count in
            let before = allocation_count()
            operation(count)
            return Double(allocation_count() - before)
        }
        answer(work, who, threads, "allocs_per_op", (counts[1] - counts[0]) / 100_000)
    }
    if let series = count(of: measured, after: "snapshot.") {
        _ = works.create(series, adding: true)
        let reader = MetricReader(works.registry)
        for _ in 0..<3 { _ = Works.snapshot(reader) }
        let before = allocation_count()
        _ = Works.snapshot(reader)
        answer(work, who, threads, "allocs_per_op", Double(allocation_count() - before))
    }
}
exit(3)
