import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct ContextTests {
    private enum Tenant: ContextKey { typealias Value = String }
    private enum Attempt: ContextKey { typealias Value = Int }

    private let log = SpanLog()

    @Test func anEmptyContextHasNothing() {
        let context = Context()
        #expect(context.spanContext == .invalid)
        #expect(context.baggage.isEmpty)
        #expect(context[Tenant.self] == nil)
        #expect(!context.span.isRecording)
    }

    @Test func aKeyNamesItsOwnValue() {
        var context = Context()
        context[Tenant.self] = "acme"
        context[Attempt.self] = 2
        let before = context
        context[Attempt.self] = 3
        #expect(context[Tenant.self] == "acme")
        #expect(context[Attempt.self] == 3)
        #expect(before[Attempt.self] == 2)
        context[Tenant.self] = nil
        #expect(context[Tenant.self] == nil)
        #expect(context[Attempt.self] == 3)
        context[Attempt.self] = nil
        #expect(context[Attempt.self] == nil)
        #expect(context.storage == nil)
    }

    @Test func eachPartIsSetWithoutTheOthers() {
        let span = SpanContext(
            traceID: .random(), spanID: .random(), flags: [.sampled, .random],
            traceState: TraceState(members: [.init(key: "vendor", value: "1")]), isRemote: true)
        var context = Context()
        context.spanContext = span
        context.baggage = ["user": "7"]
        context[Tenant.self] = "acme"
        #expect(context.spanContext == span)
        #expect(context.baggage == ["user": "7"])
        #expect(context[Tenant.self] == "acme")

        context.baggage = [:]
        #expect(context.spanContext == span)
        #expect(context.baggage.isEmpty)
        #expect(context[Tenant.self] == "acme")

        context.spanContext = .invalid
        #expect(context.spanContext == .invalid)
        #expect(context[Tenant.self] == "acme")
    }

    /// Whose storage is the record of the span: that must outlive what is set beside it.
    @Test func whatIsSetInsideARecordedSpanLeavesItRecorded() {
        let span = log.tracer().startSpan("work", parent: Context())
        var context = span.context
        context.baggage = ["user": "7"]
        #expect(context.span.isRecording)
        context[Tenant.self] = "acme"
        #expect(context.span.isRecording)
        #expect(context.spanContext == span.spanContext)
        context.span["a"] = 1
        context.baggage = Baggage()
        context.span["b"] = 2
        context[Tenant.self] = nil
        context.span["c"] = 3
        #expect(context.span.isRecording)
        span.end()
        #expect(!context.span.isRecording)
        #expect(log["work"]?.attributes == ["a": 1, "b": 2, "c": 3])
    }

    @Test func whatASpanBeganWithCanBeTakenOut() {
        var parent = Context()
        parent.baggage = ["user": "7"]
        parent[Tenant.self] = "acme"
        let span = log.tracer().startSpan("work", parent: parent)
        #expect(span.context.baggage == ["user": "7"])
        #expect(span.context[Tenant.self] == "acme")

        var bare = span.context
        bare.baggage = Baggage()
        #expect(bare[Tenant.self] == "acme")
        bare[Tenant.self] = nil
        #expect(bare.baggage.isEmpty)
        #expect(bare[Tenant.self] == nil)
        #expect(bare.span.isRecording)
        bare.span["a"] = 1
        #expect(span["a"] == 1)

        var other = span.context
        other[Tenant.self] = nil
        other.baggage = Baggage()
        #expect(other.baggage.isEmpty)
        #expect(other[Tenant.self] == nil)
    }

    @Test func childrenInheritBaggageAndValuesThatWereSetInASpan() {
        let tracer = log.tracer()
        tracer.withSpan("root") { root in
            var context = root.context
            context.baggage = ["user": "7"]
            context[Tenant.self] = "acme"
            withContext(context) {
                #expect(Span.current.isRecording)
                Span.current["a"] = 1
                tracer.withSpan("child") { child in
                    #expect(child.context.baggage == ["user": "7"])
                    #expect(child.context[Tenant.self] == "acme")
                    #expect(child.isRecording)
                    #expect(Span.current.spanContext == child.spanContext)
                }
                #expect(log["child"]?.parentID == root.spanContext.spanID)
            }
            #expect(Context.current.baggage.isEmpty)
        }
        #expect(log["root"]?.attributes == ["a": 1])
    }

    @Test(arguments: [Sampler.alwaysOn, .alwaysOff, .parentBased(root: .ratio(0.5))])
    func everySpanCarriesBaggageAndValuesOn(sampler: Sampler) {
        var parent = Context.parent(flags: [])
        parent.baggage = ["user": "7"]
        parent[Tenant.self] = "acme"
        for parent in [
            parent,
            {
                parent.spanContext = .invalid; return parent
            }(),
        ] {
            let span = log.tracer { $0.sampler = sampler }.startSpan("work", parent: parent)
            #expect(span.context.baggage == ["user": "7"])
            #expect(span.context[Tenant.self] == "acme")
        }
    }

    /// A span that is put in place of another one's is not recorded by this.
    @Test func aContextWithAnotherSpanDoesNotReachTheFirst() {
        let span = log.tracer().startSpan("work", parent: Context())
        var context = span.context
        context.spanContext = SpanContext(traceID: .random(), spanID: .random(), flags: .sampled, isRemote: true)
        #expect(!context.span.isRecording)
        context.span["a"] = 1
        context.baggage = ["user": "7"]
        #expect(!context.span.isRecording)
        #expect(span["a"] == nil)
        #expect(span.isRecording)
    }
}
