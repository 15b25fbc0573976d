import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct WithSpanTests {
    private let log = SpanLog()

    /// What an error leaves behind on a span.
    private func expectFailed(_ span: FinishedSpan?, _ text: String = "the cart is empty") {
        #expect(span?.status == .error(text))
        #expect(span?.events.map(\.name) == ["exception"])
        #expect(
            span?.events.first?.attributes
                == ["exception.type": "VitalsTracingTests.Mishap", "exception.message": .string(text)])
    }

    @Test func theSpanIsTheCurrentOneInItsBodyAndEndsWithIt() {
        let tracer = log.tracer()
        let result = tracer.withSpan("work", kind: .server, attributes: ["a": 1]) { span in
            #expect(Span.current.spanContext == span.spanContext)
            #expect(Context.current.span.isRecording)
            #expect(SpanContext.current == span.spanContext)
            #expect(log.ended.isEmpty)
            return 42
        }
        #expect(result == 42)
        #expect(log.names == ["work"])
        #expect(log["work"]?.kind == .server)
        #expect(log["work"]?.attributes == ["a": 1])
        #expect(log["work"]?.status == .unset)
        #expect(SpanContext.current == .invalid)
    }

    @Test func soItIsAcrossWaits() async {
        let tracer = log.tracer()
        let result = await tracer.withSpan("outer") { outer in
            await Task.yield()
            #expect(SpanContext.current == outer.spanContext)
            await tracer.withSpan("inner") { inner in
                try? await Task.sleep(for: .milliseconds(2))
                #expect(SpanContext.current == inner.spanContext)
            }
            await Task.yield()
            #expect(SpanContext.current == outer.spanContext)
            return 42
        }
        #expect(result == 42)
        #expect(log.names == ["inner", "outer"])
        #expect(log["inner"]?.parentID == log["outer"]?.context.spanID)
        #expect(SpanContext.current == .invalid)
    }

    @Test func anErrorIsRecordedAndThrownOn() {
        #expect(throws: Mishap()) {
            try log.tracer().withSpan("work") { _ in throw Mishap() }
        }
        expectFailed(log["work"])
    }

    @Test func anErrorIsRecordedAndThrownOnAfterAWait() async {
        await #expect(throws: Mishap()) {
            try await log.tracer().withSpan("work") { _ in
                await Task.yield()
                throw Mishap()
            }
        }
        expectFailed(log["work"])
    }

    @Test func theTypeOfAnErrorIsKept() async {
        let tracer = log.tracer()
        do throws(Mishap) {
            try tracer.withSpan("sync") { _ throws(Mishap) in throw Mishap("one") }
        } catch {
            #expect(error.description == "one")
        }
        do throws(Mishap) {
            try await tracer.withSpan("async") { _ async throws(Mishap) in
                await Task.yield()
                throw Mishap("two")
            }
        } catch {
            #expect(error.description == "two")
        }
        do throws(Mishap) {
            try withContext(Context()) { () throws(Mishap) in throw Mishap("three") }
        } catch {
            #expect(error.description == "three")
        }
        expectFailed(log["sync"], "one")
        expectFailed(log["async"], "two")
    }

    @Test func anErrorThatLeavesTwoSpansIsRecordedOnBoth() {
        let tracer = log.tracer()
        #expect(throws: Mishap()) {
            try tracer.withSpan("outer") { _ in try tracer.withSpan("inner") { _ in throw Mishap() } }
        }
        expectFailed(log["inner"])
        expectFailed(log["outer"])
        #expect(SpanContext.current == .invalid)
    }

    @Test func anErrorThatIsCaughtInsideLeavesTheSpanAlone() {
        log.tracer().withSpan("work") { span in
            do { throw Mishap() } catch { span.recordError(error) }
        }
        #expect(log["work"]?.status == .unset)
        #expect(log["work"]?.events.count == 1)
    }

    @Test func whatIsKnownToBeOkStaysSo() {
        #expect(throws: Mishap()) {
            try log.tracer().withSpan("work") { span in
                span.setStatus(.ok)
                throw Mishap()
            }
        }
        #expect(log["work"]?.status == .ok)
    }

    @Test func aSpanThatNobodyWantsThrowsToo() {
        #expect(throws: Mishap()) {
            try log.tracer { $0.sampler = .alwaysOff }.withSpan("work") { _ in throw Mishap() }
        }
        #expect(throws: Mishap()) { try TracerProvider().tracer("test").withSpan("work") { _ in throw Mishap() } }
        #expect(log.ended.isEmpty)
    }

    @Test func aSpanCanBeEndedInItsBody() {
        log.tracer().withSpan("work") { span in
            span.end(at: 7)
            span["late"] = 1
        }
        #expect(log.ended.map(\.end) == [7])
        #expect(log["work"]?.attributes == [:])
    }

    @Test func theParentCanBeGiven() async {
        let tracer = log.tracer()
        let remote = Context.parent(spanID: SpanID(9))
        await tracer.withSpan("outer") { _ in
            tracer.withSpan("sync", parent: remote) { _ in tracer.startSpan("child").end() }
            await tracer.withSpan("async", parent: remote) { _ in await Task.yield() }
            tracer.withSpan("root", parent: Context()) { _ in }
        }
        #expect(log["sync"]?.parentID == SpanID(9))
        #expect(log["child"]?.parentID == log["sync"]?.context.spanID)
        #expect(log["async"]?.parentID == SpanID(9))
        #expect(log["root"]?.parentID == nil)
    }

    /// What the compiler must be able to infer.
    @Test func bodiesMayReturnAndThrowWhatTheyLike() async throws {
        let tracer = log.tracer()
        let nothing: Void = tracer.withSpan("work") { _ in }
        let text: String? = tracer.withSpan("work") { _ in nil }
        let number = try await tracer.withSpan("work") { _ in try await self.later(5) }
        #expect(nothing == ())
        #expect(text == nil)
        #expect(number == 5)
    }

    private func later(_ number: Int) async throws -> Int {
        try await Task.sleep(for: .microseconds(10))
        return number
    }
}
