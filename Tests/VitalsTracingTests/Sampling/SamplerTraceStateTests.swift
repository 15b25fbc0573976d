import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct SamplerTraceStateTests {
    private static let given = TraceState(members: [.init(key: "vendor", value: "1")])
    private static let changed = TraceState(members: [.init(key: "own", value: "2"), .init(key: "vendor", value: "1")])

    /// What a child of a span with a trace state has, whatever is decided, after what the sampler said of it.
    @Test(
        arguments: [SamplingResult.Decision.drop, .recordOnly, .recordAndSample],
        [(nil, given), (changed, changed), (TraceState(), TraceState())])
    func aSamplerMayChangeTheStateOfTheTrace(
        decision: SamplingResult.Decision, states: (said: TraceState?, expected: TraceState)
    ) {
        let log = SpanLog()
        let tracer = log.tracer {
            $0.sampler = Sampler("own") { _ in SamplingResult(decision, traceState: states.said) }
        }
        let span = tracer.startSpan("work", parent: .parent(traceState: Self.given))
        #expect(span.spanContext.traceState == states.expected)
        span.end()
        if decision != .drop { #expect(log["work"]?.context.traceState == states.expected) }
    }

    @Test(arguments: [Sampler.alwaysOn, .alwaysOff, .parentBased(root: .alwaysOn), .ratio(0.5)])
    func otherSamplersLeaveItAsItIs(sampler: Sampler) {
        let tracer = SpanLog().tracer { $0.sampler = sampler }
        for flags in [TraceFlags.sampled, []] {
            let span = tracer.startSpan("work", parent: .parent(flags: flags, traceState: Self.given))
            #expect(span.spanContext.traceState == Self.given)
        }
    }

    @Test func aRootHasTheStateThatItsSamplerGivesAndNoOther() {
        let log = SpanLog()
        #expect(log.tracer().startSpan("work", parent: Context()).spanContext.traceState.isEmpty)
        let tracer = log.tracer {
            $0.sampler = Sampler("own") { _ in SamplingResult(.recordAndSample, traceState: Self.changed) }
        }
        #expect(tracer.startSpan("work", parent: Context()).spanContext.traceState == Self.changed)
    }
}
