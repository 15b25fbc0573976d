import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct TracerProviderTests {
    private let provider = TracerProvider()
    private let log = SpanLog()

    private func start() {
        var configuration = TracingConfiguration()
        configuration.processors = [log]
        provider.start(configuration)
    }

    @Test func untilItIsStartedTheContextOfTheParentGoesOnward() {
        let tracer = provider.tracer("test")
        let state = TraceState().setting("vendor", "1")
        var parent = Context.parent(flags: [.sampled, .random], traceState: state)
        parent.baggage = ["user": "7"]
        let span = tracer.startSpan("work", parent: parent)
        #expect(span.spanContext == parent.spanContext)
        #expect(span.context.baggage == ["user": "7"])
        #expect(!span.isRecording)
        tracer.withSpan("work", parent: parent) { _ in
            #expect(Context.current.spanContext == parent.spanContext)
            #expect(tracer.startSpan("child").spanContext == parent.spanContext)
        }
        #expect(!provider.isStarted)
    }

    @Test func withoutAParentThereIsNothingThen() {
        let span = provider.tracer("test").startSpan("work")
        #expect(span.spanContext == .invalid)
        #expect(span.spanContext.traceID.description == "00000000000000000000000000000000")
        span["a"] = 1
        span.addEvent("event")
        span.setStatus(.ok)
        span.end()
        #expect(span["a"] == nil)
        #expect(provider.flush())
        #expect(provider.shutdown())
    }

    @Test func itIsNotStartedTwiceButAgainAfterItsShutdown() {
        start()
        let other = SpanLog()
        var configuration = TracingConfiguration()
        configuration.processors = [other]
        #expect(!provider.start(configuration))
        provider.tracer("test").withSpan("first") { _ in }
        #expect(log.names == ["first"] && other.names == [])
        #expect(provider.shutdown())
        #expect(provider.start(configuration))
        provider.tracer("test").withSpan("second") { _ in }
        #expect(log.names == ["first"] && other.names == ["second"])
    }

    @Test func whatItCallsMakesNoSpans() {
        let tracer = provider.tracer("test")
        let isRecording = Locked<[Bool]>([])
        let makeSpan: @Sendable () -> Void = {
            let span = tracer.startSpan("inside", parent: Context())
            isRecording.withLock { $0.append(span.isRecording) }
            span.end()
        }
        var configuration = TracingConfiguration()
        configuration.sampler = Sampler("that makes spans") { _ in
            makeSpan()
            return SamplingResult(.recordAndSample)
        }
        configuration.processors = [Busy(makeSpan), log]
        provider.start(configuration)
        for _ in 0..<2 { tracer.withSpan("outside") { _ in } }
        #expect(isRecording.withLock { $0 } == [false, false, false, false, false, false])
        #expect(log.names == ["outside", "outside"])
    }

    private struct Busy: SpanProcessor {
        private let makeSpan: @Sendable () -> Void

        init(_ makeSpan: @escaping @Sendable () -> Void) {
            self.makeSpan = makeSpan
        }

        func onStart(_ span: Span, parent: Context) { makeSpan() }
        func onEnd(_ span: FinishedSpan) { makeSpan() }
    }

    @Test func tracersThatThereAreAlreadyRecordOnceItIsStarted() {
        let tracer = provider.tracer("test")
        tracer.withSpan("early") { _ in }
        start()
        #expect(provider.isStarted)
        tracer.withSpan("late") { _ in }
        #expect(log.names == ["late"])
    }

    @Test func afterItsShutdownSpansEndButNoneIsRecorded() {
        start()
        let tracer = provider.tracer("test")
        let open = tracer.startSpan("open", parent: Context())
        #expect(provider.shutdown())
        let late = tracer.startSpan("late", parent: open.context)
        #expect(!late.isRecording)
        #expect(late.spanContext == open.spanContext)
        late["a"] = 1
        late.end()
        #expect(open.isRecording)
        #expect(open["a"] == nil)
        open.end()
        #expect(log.names == ["open"])
        #expect(provider.shutdown())
        #expect(provider.flush())
    }

    @Test func aTracerTellsWhoseSpansItMakes() {
        start()
        let tracer = provider.tracer(
            "library", version: "1.2", schemaURL: "https://example.com/1", attributes: ["a": 1])
        tracer.withSpan("work") { _ in }
        #expect(
            log["work"]?.scope
                == InstrumentationScope(
                    name: "library", version: "1.2", schemaURL: "https://example.com/1", attributes: ["a": 1]))
    }

    @Test func aTracerWithoutANameWorksAndIsReported() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            let log = SpanLog()
            let tracer = log.tracer().provider.tracer("")
            tracer.withSpan("work") { #expect($0.isRecording) }
            #expect(log["work"]?.scope.name == "")
            #expect(
                heard.lines == [
                    "warning: a tracer has no name: name it after the library or component whose spans it makes"
                ])
        }
    }

    @Test func providersKnowNothingOfEachOther() {
        start()
        let other = SpanLog()
        let outer = other.tracer()
        outer.withSpan("outer") { outer in
            provider.tracer("test").withSpan("inner") { inner in
                #expect(inner.spanContext.traceID == outer.spanContext.traceID)
            }
        }
        #expect(log.names == ["inner"])
        #expect(other.names == ["outer"])
        #expect(log["inner"]?.parentID == other["outer"]?.context.spanID)
    }

    @Test func theSharedProviderIsThatOfTheFreeFunctions() async {
        await #expect(processExitsWith: .success) {
            withSpan("early") { #expect(!$0.spanContext.isValid) }
            let log = SpanLog()
            var configuration = TracingConfiguration()
            configuration.processors = [log]
            TracerProvider.shared.start(configuration)
            await withSpan("outer", kind: .server) { _ in
                await Task.yield()
                withSpan("inner") { _ in startSpan("manual").end() }
            }
            #expect(log.names == ["manual", "inner", "outer"])
            #expect(log["manual"]?.parentID == log["inner"]?.context.spanID)
            #expect(log["outer"]?.kind == .server)
            #expect(log["outer"]?.scope.name == "default")
        }
    }
}
