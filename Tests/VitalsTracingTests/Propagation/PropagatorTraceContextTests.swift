import Testing
import VitalsTesting

@testable import VitalsTracing

@Suite struct PropagatorTraceContextTests {
    private static let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
    private static let parent = "00-\(ids)-01"

    private func extract(_ headers: [(String, String)], into context: Context = Context()) -> SpanContext {
        Context.extract(from: headers, into: context, by: .traceContext).spanContext
    }

    private func inject(_ context: Context) -> [String: String] {
        var headers: [String: String] = [:]
        context.inject(into: &headers, by: .traceContext)
        return headers
    }

    static let states: [(headers: [String], state: String)] = [
        ([], ""), ([""], ""), (["foo=1"], "foo=1"), (["foo=1,bar=2"], "foo=1,bar=2"),
        (["foo=1", "bar=2"], "foo=1,bar=2"),
        (["foo=1", "", "bar=2,rojo=3"], "foo=1,bar=2,rojo=3"),
        // Nothing of several counts if one is invalid, and the parent all the same.
        (["foo=1", "bar"], ""), (["foo =1"], ""),
    ]

    @Test(arguments: states)
    func theStateNeverInvalidatesTheParent(_ row: (headers: [String], state: String)) {
        let found = extract([("traceparent", Self.parent)] + row.headers.map { ("tracestate", $0) })
        #expect(found.isValid && found.isRemote && found.isSampled)
        #expect(found.traceState.description == row.state)
    }

    static let nothing: [[(String, String)]] = [
        [], [("tracestate", "foo=1")], [("traceparent", "x"), ("tracestate", "foo=1")],
        [("traceparent", parent), ("traceparent", parent)],
        [("traceparent", parent), ("Traceparent", "00-\(ids)-00"), ("tracestate", "foo=1")],
    ]

    @Test(arguments: nothing)
    func withoutOneValidParentTheContextStaysAsItIs(_ headers: [(String, String)]) {
        #expect(extract(headers) == .invalid)
        var before = Context()
        before.spanContext = SpanContext(
            traceID: .random(), spanID: .random(), traceState: TraceState().setting("k", "v"))
        #expect(extract(headers, into: before) == before.spanContext)
    }

    @Test func aSpanWithoutAStateReplacesTheStateOfTheOneBefore() {
        var before = Context()
        before.spanContext = SpanContext(
            traceID: .random(), spanID: .random(), traceState: TraceState().setting("k", "v"))
        before.baggage = ["a": "b"]
        let after = Context.extract(from: [("traceparent", Self.parent)], into: before, by: .traceContext)
        #expect(after.spanContext.traceState.isEmpty)
        #expect(after.baggage == ["a": "b"])
    }

    @Test(arguments: ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"])
    func theCaseOfNamesDoesNotCount(_ name: String) {
        #expect(extract([(name, Self.parent), ("TraceState", "a=b")]).traceState["a"] == "b")
        #expect(Context.extract(from: [name: Self.parent], by: .traceContext).span.spanContext.isRemote)
    }

    @Test func aContextWithoutASpanWritesNothing() {
        var context = Context()
        #expect(inject(context).isEmpty)
        context.spanContext = SpanContext(
            traceID: .random(), spanID: .invalid, traceState: TraceState().setting("k", "v"))
        #expect(inject(context).isEmpty)
    }

    @Test func whatCameGoesOn() {
        var headers = ["traceparent": "00-\(Self.ids)-03"]
        #expect(inject(Context.extract(from: headers, into: Context(), by: .traceContext)) == headers)
        headers["tracestate"] = "foo=1,bar= 2"
        #expect(inject(Context.extract(from: headers, into: Context(), by: .traceContext)) == headers)
    }

    @Test func aLongStateIsShortened() throws {
        var state = TraceState()
        for number in 0..<32 { state = state.setting("key\(number)", String(repeating: "v", count: 20)) }
        var context = Context()
        context.spanContext = SpanContext(traceID: .random(), spanID: .random(), traceState: state)
        let text = try #require(inject(context)["tracestate"])
        #expect(text.utf8.count <= 512 && text.utf8.count > 512 - 30)
        #expect(state.description.hasPrefix(text + ","))
    }

    @Test(arguments: [Sampler.alwaysOff, .alwaysOn])
    func childrenTakeTheTraceAndTheRandomFlagOn(_ sampler: Sampler) throws {
        let provider = TracerProvider()
        var configuration = TracingConfiguration()
        configuration.sampler = sampler
        provider.start(configuration)
        defer { _ = provider.shutdown() }
        let came = Context.extract(
            from: [("traceparent", "00-\(Self.ids)-02"), ("tracestate", "a=b")], into: Context(), by: .traceContext)
        let span = provider.tracer("t").startSpan("s", parent: came)
        let headers = inject(span.context)
        span.end()
        let onward = try #require(headers["traceparent"].flatMap(TraceParent.read))
        #expect(onward.traceID == came.spanContext.traceID)
        #expect(onward.spanID != came.spanContext.spanID)
        #expect(onward.flags == (sampler.description == "AlwaysOnSampler" ? [.random, .sampled] : [.random]))
        #expect(headers["tracestate"] == "a=b")
    }
}
