import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct SamplerTests {
    private func decision(_ sampler: Sampler, parent: Context = Context()) -> SamplingResult.Decision {
        sampler.sample(SamplingRequest(parent: parent, traceID: TraceID(high: 1, low: 2), name: "work")).decision
    }

    @Test func alwaysIsAlwaysAndNeverIsNever() {
        for parent in [Context(), .parent(), .parent(flags: [])] {
            #expect(decision(.alwaysOn, parent: parent) == .recordAndSample)
            #expect(decision(.alwaysOff, parent: parent) == .drop)
        }
        #expect("\(Sampler.alwaysOn) \(Sampler.alwaysOff)" == "AlwaysOnSampler AlwaysOffSampler")
    }

    @Test func alwaysRecordTurnsOnlyDroppingIntoRecording() {
        let added: SamplingResult = SamplingResult(.recordAndSample, attributes: ["a": 1])
        #expect(decision(.alwaysRecord(.alwaysOff)) == .recordOnly)
        #expect(decision(.alwaysRecord(.alwaysOn)) == .recordAndSample)
        #expect(decision(.alwaysRecord(Sampler("half") { _ in SamplingResult(.recordOnly) })) == .recordOnly)
        let sampler = Sampler.alwaysRecord(Sampler("own") { _ in added })
        #expect(sampler.sample(SamplingRequest(parent: Context(), traceID: .random(), name: "work")) == added)
        #expect(sampler.description == "AlwaysRecord{own}")
    }

    /// The table of the specification: what is recorded, what is told, and what goes onward.
    @Test(arguments: [
        (SamplingResult.Decision.drop, false, false, 0), (.recordOnly, true, false, 1),
        (.recordAndSample, true, true, 1),
    ])
    func aDecisionSaysWhatBecomesOfASpan(
        decision: SamplingResult.Decision, isRecording: Bool, isSampled: Bool, told: Int
    ) {
        let log = SpanLog()
        let tracer = log.tracer { $0.sampler = Sampler("own") { _ in SamplingResult(decision) } }
        for parent in [Context(), .parent(), .parent(flags: [])] {
            let span = tracer.startSpan("work", parent: parent)
            #expect(span.isRecording == isRecording)
            #expect(span.spanContext.isSampled == isSampled)
            #expect(span.spanContext.isValid)
            span.end()
        }
        #expect(log.begun.count == 3 * told)
        #expect(log.ended.map(\.isSampled) == Array(repeating: isSampled, count: 3 * told))
    }

    @Test func aSamplerGetsEverythingThatIsKnownAndTheWholeContextOfTheParent() {
        enum Tenant: ContextKey { typealias Value = String }
        let asked = Requests()
        let tracer = SpanLog().tracer { $0.sampler = asked.sampler }
        var parent = Context.parent(flags: .random)
        parent.baggage = ["user": "7"]
        parent[Tenant.self] = "acme"
        let link = SpanLink(SpanContext(traceID: .random(), spanID: .random()), attributes: ["why": "batch"])
        let span = tracer.startSpan(
            "work", kind: .consumer, attributes: ["a": 1], links: [link], parent: parent)
        let request = asked.all.first
        #expect(request?.parent.spanContext == parent.spanContext)
        #expect(request?.parent.baggage == ["user": "7"])
        #expect(request?.parent[Tenant.self] == "acme")
        #expect(request?.traceID == span.spanContext.traceID)
        #expect(request?.name == "work")
        #expect(request?.kind == .consumer)
        #expect(request?.attributes == ["a": 1])
        #expect(request?.links == [link])
    }

    /// The trace's id is known before the sampler is asked, the span's is not needed.
    @Test func theTraceOfARootIsTheOneThatTheSamplerSaw() {
        let asked = Requests()
        let log = SpanLog()
        let tracer = log.tracer { $0.sampler = asked.sampler }
        tracer.withSpan("root") { _ in tracer.withSpan("child") { _ in } }
        #expect(asked.all.map(\.name) == ["root", "child"])
        #expect(asked.all.map(\.traceID) == log.begun.map(\.span.spanContext.traceID))
        #expect(asked.all[0].parent.spanContext == .invalid)
        #expect(asked.all[1].parent.spanContext == log["root"]?.context)
    }

    @Test func aSamplerAddsAttributesWhichCountMore() {
        let log = SpanLog()
        let tracer = log.tracer {
            $0.sampler = Sampler("own") { _ in
                SamplingResult(.recordAndSample, attributes: ["sampler": "own", "a": 2])
            }
        }
        tracer.withSpan("work", attributes: ["a": 1, "b": 3]) { _ in }
        #expect(log["work"]?.attributes == ["a": 2, "b": 3, "sampler": "own"])
    }

    @Test func aSpanThatIsRecordedOnlyIsAParentThatIsNotSampled() {
        let log = SpanLog()
        let tracer = log.tracer {
            $0.sampler = .parentBased(root: Sampler("own") { _ in SamplingResult(.recordOnly) })
        }
        tracer.withSpan("root") { _ in tracer.withSpan("child") { #expect(!$0.isRecording) } }
        #expect(log.names == ["root"])
    }

    @Test func aProcessorThatNeedsAllSpansGetsThemAll() {
        final class All: SpanProcessor {
            let log = SpanLog()
            var needsAllSpans: Bool { true }
            func onEnd(_ span: FinishedSpan) { log.onEnd(span) }
        }
        let all = All()
        var configuration = TracingConfiguration()
        configuration.sampler = .alwaysOff
        configuration.processors = [all]
        let provider = TracerProvider()
        provider.start(configuration)
        provider.tracer("test").withSpan("work") { #expect($0.isRecording) }
        #expect(all.log.ended.map(\.isSampled) == [false])
    }
}
