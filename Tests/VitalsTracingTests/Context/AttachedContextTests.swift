import CVitals
import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct AttachedContextTests {
    private enum Tenant: ContextKey { typealias Value = String }

    private static func context(_ tenant: String) -> Context {
        var context = Context.parent()
        context[Tenant.self] = tenant
        return context
    }

    private static var tenant: String? { Context.current[Tenant.self] }

    @Test func itCountsOnItsThreadUntilItIsDetached() {
        onOwnThread {
            #expect(Self.tenant == nil)
            let attached = attach(Self.context("a"))
            #expect(Self.tenant == "a")
            onOwnThread { #expect(Self.tenant == nil) }
            attached.detach()
            #expect(Self.tenant == nil)
        }
    }

    @Test func theOneBeforeIsThereAgain() {
        onOwnThread {
            let first = attach(Self.context("a"))
            let second = attach(Self.context("b"))
            #expect(Self.tenant == "b")
            second.detach()
            #expect(Self.tenant == "a")
            let third = attach(Context())
            #expect(Self.tenant == nil)
            third.detach()
            first.detach()
            #expect(Self.tenant == nil)
        }
    }

    @Test func spansHaveItsSpanAsParent() {
        let log = SpanLog()
        let tracer = log.tracer()
        onOwnThread {
            let span = tracer.startSpan("request", kind: .server)
            let attached = attach(span.context)
            tracer.withSpan("callback") { #expect(SpanContext.current == $0.spanContext) }
            Span.current["a"] = 1
            attached.detach()
            span.end()
        }
        #expect(log["callback"]?.parentID == log["request"]?.context.spanID)
        #expect(log["request"]?.attributes == ["a": 1])
    }

    @Test func belowWhatBeginsLaterItDoesNotCount() {
        let tracer = SpanLog().tracer()
        onOwnThread {
            let attached = attach(Self.context("a"))
            withContext(Self.context("b")) {
                #expect(Self.tenant == "b")
                let inner = attach(Self.context("c"))
                #expect(Self.tenant == "c")
                withContext(Context()) { #expect(Self.tenant == nil) }
                #expect(Self.tenant == "c")
                inner.detach()
                #expect(Self.tenant == "b")
            }
            #expect(Self.tenant == "a")
            tracer.withSpan("span", parent: Context()) { span in
                #expect(SpanContext.current == span.spanContext)
                #expect(Self.tenant == nil)
            }
            #expect(Self.tenant == "a")
            attached.detach()
        }
    }

    @Test func inATaskItCountsForThatTaskOnly() async {
        await withContext(Self.context("a")) {
            let attached = attach(Self.context("b"))
            #expect(Self.tenant == "b")
            let task = Task { Self.tenant }
            let detached = Task.detached { Self.tenant }
            attached.detach()
            #expect(Self.tenant == "a")
            #expect(await task.value == "a")
            #expect(await detached.value == nil)
        }
    }

    /// Tasks that run on a thread where one has attached its context, now or before.
    @Test func otherTasksDoNotSeeIt() async {
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for _ in 0..<100 {
                        #expect(Self.tenant == nil)
                        let attached = attach(Self.context("\(task)"))
                        #expect(Self.tenant == "\(task)")
                        attached.detach()
                        await Task.yield()
                    }
                }
            }
        }
    }

    @Test func whatTasksLeaveBehindIsSeenByNoOtherTaskAndIsBounded() async {
        for number in 0..<200 {
            await Task.detached { _ = attach(Self.context("left \(number)")) }.value
            let seen = await Task.detached { Self.tenant }.value
            #expect(seen == nil)
        }
    }

    @Test func whatIsDetachedOutOfOrderIsReportedAndTakesTheOthersAlong() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            onOwnThread {
                let first = attach(Self.context("a"))
                let second = attach(Self.context("b"))
                let third = attach(Self.context("c"))
                second.detach()
                #expect(Self.tenant == "a")
                #expect(heard.lines.count == 1)
                third.detach()
                #expect(heard.lines.count == 2)
                #expect(Self.tenant == "a")
                first.detach()
                #expect(Self.tenant == nil)
            }
            #expect(
                heard.lines == [
                    "warning: a context was detached while 1 that were attached later still were: they are detached too",
                    "warning: a context was detached that is not attached to this thread: detach it where it was "
                        + "attached, and once",
                ])
        }
    }

    @Test func whatIsDetachedTwiceOrElsewhereIsReported() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            onOwnThread {
                let attached = attach(Self.context("a"))
                onOwnThread { attached.detach() }
                #expect(heard.lines.count == 1)
                #expect(Self.tenant == "a")
                attached.detach()
                #expect(Self.tenant == nil)
                #expect(heard.lines.count == 1)
                attached.detach()
                #expect(heard.lines.count == 2)
            }
            #expect(Set(heard.lines).count == 1)
        }
    }

    @Test func whatAThreadLeavesAttachedGoesWithIt() {
        final class Witness: Sendable {
            let gone: Waitable<Int>
            init(_ gone: Waitable<Int>) { self.gone = gone }
            deinit { _ = gone.update { $0 += 1 } }
        }
        enum Key: ContextKey { typealias Value = Witness }
        let gone = Waitable(0)
        for _ in 0..<10 {
            onOwnThread {
                for _ in 0..<3 {
                    var context = Context()
                    context[Key.self] = Witness(gone)
                    _ = attach(context)
                }
            }
        }
        #expect(gone.wait(until: vitals_monotonic_nanoseconds() + 10_000_000_000) { $0 == 30 })
    }

    @Test func whatABodyLeavesAttachedEndsWithIt() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            let tracer = SpanLog().tracer()
            func expectNothingIsLeft() {
                #expect(Self.tenant == nil)
                for _ in 0..<10 {
                    tracer.withSpan("next", parent: Context()) { span in
                        #expect(Self.tenant == nil)
                        #expect(SpanContext.current == span.spanContext)
                    }
                }
            }
            tracer.withSpan("careless", parent: Context()) { _ in _ = attach(Self.context("left")) }
            expectNothingIsLeft()
            await withContext(Context()) {
                await Task.yield()
                _ = attach(Self.context("left"))
                _ = attach(Self.context("left too"))
            }
            expectNothingIsLeft()
            #expect(!vitals_exemplars_wanted())
            #expect(
                heard.lines
                    == [1, 2].map { count in
                        "warning: \(count) contexts were attached in the body of a withContext or withSpan and not detached "
                            + "there: they are detached with it; call detach() before the body ends"
                    })
        }
    }

    @Test func whatIsLeftAttachedBelowASpanDoesNotHideWhatWasBefore() {
        onOwnThread {
            let attached = attach(Self.context("a"))
            withContext(Self.context("b")) { _ = attach(Self.context("left")) }
            #expect(Self.tenant == "a")
            attached.detach()
            #expect(Self.tenant == nil)
        }
    }
}
