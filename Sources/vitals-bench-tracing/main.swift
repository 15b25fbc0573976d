import AllocationCounter
import CVitals
import VitalsMetrics
import VitalsTracing

/// Times `body` for about a quarter of a second after a warm-up, and prints nanoseconds and allocations a call.
func measure(_ work: String, _ body: (Int) -> Void) {
    var iterations = 1000
    while true {
        let start = vitals_monotonic_nanoseconds()
        body(iterations)
        let elapsed = vitals_monotonic_nanoseconds() - start
        if elapsed > 50_000_000 {
            iterations = max(1, Int(Double(iterations) * 250_000_000 / Double(elapsed)))
            break
        }
        iterations *= elapsed < 5_000_000 ? 8 : 2
    }
    let before = allocation_count()
    let start = vitals_monotonic_nanoseconds()
    body(iterations)
    let elapsed = vitals_monotonic_nanoseconds() - start
    print(work, Double(elapsed) / Double(iterations), Double(allocation_count() - before) / Double(iterations))
}
struct Null: SpanProcessor { func onEnd(_ span: FinishedSpan) {} }
func run() {
    let registry = Registry()
    let counter = registry.meter("m").counter("c").with([:])
    measure("counter.add before") { for _ in 0..<$0 { counter.add(1) } }
    var configuration = TracingConfiguration()
    configuration.sampler = .alwaysOff
    let off = TracerProvider()
    off.start(configuration, registry: registry)
    let unsampled = off.tracer("bench")
    configuration.sampler = .alwaysOn
    configuration.processors = [Null()]
    let on = TracerProvider()
    on.start(configuration, registry: registry)
    let sampled = on.tracer("bench")
    measure("counter.add linked") { for _ in 0..<$0 { counter.add(1) } }
    measure("unsampled.start") { for _ in 0..<$0 { unsampled.startSpan("x").end() } }
    measure("unsampled.with") { for _ in 0..<$0 { unsampled.withSpan("x") { _ in } } }
    measure("sampled.start") { for _ in 0..<$0 { sampled.startSpan("x").end() } }
    measure("sampled.with") { for _ in 0..<$0 { sampled.withSpan("x") { _ in } } }
    measure("sampled.with 3 literal") {
        for _ in 0..<$0 {
            sampled.withSpan("x", attributes: ["http.request.method": "GET", "url.path": "/orders/1", "n": 3]) { _ in }
        }
    }
    measure("sampled.with 3 set") {
        for _ in 0..<$0 {
            sampled.withSpan("x") { span in
                span["http.request.method"] = "GET"; span["url.path"] = "/orders/1"; span["n"] = 3
            }
        }
    }
    measure("context.read none") { for _ in 0..<$0 { blackHole(Context.current.spanContext.spanID.value) } }
    unsampled.withSpan("x") { _ in
        measure("context.read unsampled") { for _ in 0..<$0 { blackHole(Context.current.spanContext.spanID.value) } }
        measure("unsampled child.with") { for _ in 0..<$0 { unsampled.withSpan("x") { _ in } } }
    }
    sampled.withSpan("x") { _ in
        measure("context.read sampled") { for _ in 0..<$0 { blackHole(Context.current.spanContext.spanID.value) } }
        measure("sampled child.with") { for _ in 0..<$0 { sampled.withSpan("x") { _ in } } }
        measure("counter.add in span") { for _ in 0..<$0 { counter.add(1) } }
    }
    measure("clock") { for _ in 0..<$0 { blackHole(vitals_monotonic_nanoseconds()) } }
    measure("random") { for _ in 0..<$0 { blackHole(vitals_random_identifier()) } }
}
@inline(never) func blackHole(_ value: UInt64) {}
run()
