import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct TracerTests {
    private let log = SpanLog()

    @Test func aRootBeginsATraceWhoseIDIsRandomAndSaysSo() {
        let tracer = log.tracer()
        let contexts = (0..<100).map { _ in tracer.startSpan("root", parent: Context()).spanContext }
        #expect(contexts.allSatisfy { $0.isValid && $0.flags == [.sampled, .random] && !$0.isRemote })
        #expect(Set(contexts.map(\.traceID)).count == 100)
        #expect(Set(contexts.map(\.spanID)).count == 100)
        let span = log.begun.first?.span
        span?.end()
        #expect(log["root"]?.parentID == nil)
        #expect(log["root"]?.isParentRemote == false)
        #expect(log["root"]?.context == span?.spanContext)
    }

    @Test func anEmptyParentBeginsATraceInsideASpanToo() {
        let tracer = log.tracer()
        tracer.withSpan("outer") { outer in
            let root = tracer.startSpan("root", parent: Context())
            #expect(root.spanContext.traceID != outer.spanContext.traceID)
            root.end()
        }
        #expect(log["root"]?.parentID == nil)
    }

    @Test func byDefaultTheCurrentSpanIsTheParent() {
        let tracer = log.tracer()
        tracer.withSpan("parent") { parent in
            let child = tracer.startSpan("child")
            #expect(child.spanContext.traceID == parent.spanContext.traceID)
            #expect(child.spanContext.spanID != parent.spanContext.spanID)
            child.end()
        }
        #expect(log["child"]?.parentID == log["parent"]?.context.spanID)
    }

    /// The random flag is copied whatever it is, the sampled one is the sampler's.
    @Test(arguments: [Sampler.alwaysOn, .alwaysOff], [TraceFlags(), .sampled, .random, [.sampled, .random]])
    func aChildCopiesTheTraceTheStateAndTheRandomFlag(sampler: Sampler, flags: TraceFlags) {
        let state = TraceState().setting("vendor", "1")
        let parent = Context.parent(flags: flags, traceState: state)
        let child = log.tracer { $0.sampler = sampler }.startSpan("child", parent: parent).spanContext
        #expect(child.traceID == parent.spanContext.traceID)
        #expect(child.spanID != parent.spanContext.spanID)
        #expect(child.flags.contains(.random) == flags.contains(.random))
        #expect(child.isSampled == (sampler.constant == .alwaysOn))
        #expect(child.traceState == state)
        #expect(!child.isRemote)
    }

    /// Flags that nobody knows yet are not ours to set.
    @Test func unknownFlagsAreNotPassedOn() {
        let child = log.tracer().startSpan("child", parent: .parent(flags: TraceFlags(rawValue: 0xFF))).spanContext
        #expect(child.flags == [.sampled, .random])
    }

    @Test func theParentIsToldWithWhereItIsFrom() {
        let tracer = log.tracer()
        for isRemote in [true, false] {
            tracer.startSpan("\(isRemote)", parent: .parent(spanID: SpanID(77), isRemote: isRemote)).end()
        }
        #expect(log.ended.map(\.parentID) == [SpanID(77), SpanID(77)])
        #expect(log.ended.map(\.isParentRemote) == [true, false])
        #expect(log.ended.allSatisfy { !$0.context.isRemote })
    }

    @Test func processorsAreToldOfABeginningWithTheContextOfTheParent() {
        var parent = Context.parent()
        parent.baggage = ["user": "7"]
        let span = log.tracer().startSpan("work", parent: parent)
        #expect(log.begun.map(\.span.spanContext) == [span.spanContext])
        #expect(log.begun[0].parent.spanContext == parent.spanContext)
        #expect(log.begun[0].parent.baggage == ["user": "7"])
        // What a processor adds is there for all.
        log.begun[0].span["processor"] = "log"
        #expect(span["processor"] == "log")
    }

    @Test func processorsAreToldInTheirOrder() {
        final class Named: SpanProcessor {
            let name: String
            let told: Told
            init(_ name: String, _ told: Told) {
                self.name = name
                self.told = told
            }
            func onStart(_ span: Span, parent: Context) { told.add("\(name) start") }
            func onEnd(_ span: FinishedSpan) { told.add("\(name) end") }
        }
        final class Told: Sendable {
            let all = Locked<[String]>([])
            func add(_ text: String) { all.withLock { $0.append(text) } }
        }
        let told = Told()
        let tracer = log.tracer { $0.processors = [Named("first", told), Named("second", told)] }
        tracer.startSpan("work", parent: Context()).end()
        #expect(told.all.withLock { $0 } == ["first start", "second start", "first end", "second end"])
    }

    @Test func aSpanThatBeginsIsNotTheCurrentOne() {
        let span = log.tracer().startSpan("work", parent: Context())
        #expect(Span.current.spanContext == .invalid)
        withContext(span.context) { #expect(Span.current.spanContext == span.spanContext) }
        #expect(Span.current.spanContext == .invalid)
        #expect(span.isRecording)
    }

    @Test func aSpanThatNobodyWantsHasAnIDOfItsOwnAndIsAParent() {
        let tracer = log.tracer { $0.sampler = .alwaysOff }
        tracer.withSpan("outer", parent: .parent()) { outer in
            #expect(outer.spanContext.spanID != SpanID(3))
            #expect(outer.spanContext.flags == [])
            #expect(!outer.isRecording)
            tracer.withSpan("inner") { inner in
                #expect(inner.spanContext.traceID == outer.spanContext.traceID)
                #expect(inner.spanContext.spanID != outer.spanContext.spanID)
            }
        }
        #expect(log.begun.isEmpty)
    }

    @Test func kindAttributesLinksAndTimesAreThoseGiven() {
        let link = SpanLink(SpanContext(traceID: .random(), spanID: .random()), attributes: ["why": "batch"])
        let span = log.tracer().startSpan(
            "work", kind: .producer, attributes: ["a": 1, "b": .bools([true, false])], links: [link], parent: Context(),
            at: 1000)
        span.end(at: 3000)
        let ended = log["work"]
        #expect(ended?.kind == .producer)
        #expect(ended?.attributes == ["a": 1, "b": .bools([true, false])])
        #expect(ended?.links == [link])
        #expect(ended?.start == 1000)
        #expect(ended?.end == 3000)
        #expect(ended?.duration == .nanoseconds(2000))
        #expect(ended?.scope.name == "test")
        #expect(ended?.status == .unset)
        log.tracer().startSpan("plain", parent: Context()).end()
        #expect(log["plain"]?.kind == .internal)
    }
}
