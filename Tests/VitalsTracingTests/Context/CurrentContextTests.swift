import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct CurrentContextTests {
    private enum Tenant: ContextKey { typealias Value = String }

    private func context(_ tenant: String) -> Context {
        var context = Context()
        context[Tenant.self] = tenant
        return context
    }

    private var tenant: String? { Context.current[Tenant.self] }

    @Test func withoutAnyThereIsAnEmptyOne() {
        #expect(SpanContext.current == .invalid)
        #expect(Context.current.baggage.isEmpty)
        #expect(tenant == nil)
        #expect(!Span.current.isRecording)
    }

    @Test func itIsCurrentInTheBodyOnly() {
        let result = withContext(context("a")) {
            #expect(tenant == "a")
            withContext(context("b")) { #expect(tenant == "b") }
            #expect(tenant == "a")
            withContext(Context()) { #expect(tenant == nil) }
            return tenant
        }
        #expect(result == "a")
        #expect(tenant == nil)
    }

    @Test func anErrorEndsItToo() async {
        #expect(throws: Mishap()) { try withContext(context("a")) { throw Mishap() } }
        #expect(tenant == nil)
        await #expect(throws: Mishap()) {
            try await withContext(context("a")) {
                await Task.yield()
                throw Mishap()
            }
        }
        #expect(tenant == nil)
    }

    /// Enough tasks that each is continued on another thread than before sooner or later.
    @Test func itFollowsATaskFromThreadToThread() async {
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<32 {
                group.addTask {
                    await withContext(context("\(task)")) {
                        for step in 0..<50 {
                            await Task.yield()
                            #expect(tenant == "\(task)")
                            await withContext(context("\(task) \(step)")) {
                                await Task.yield()
                                if step.isMultiple(of: 25) { try? await Task.sleep(for: .microseconds(100)) }
                                #expect(tenant == "\(task) \(step)")
                            }
                            #expect(tenant == "\(task)")
                        }
                    }
                    #expect(tenant == nil)
                }
            }
        }
    }

    @Test func childTasksInheritIt() async {
        await withContext(context("a")) {
            async let child = {
                await Task.yield(); return tenant
            }()
            #expect(await child == "a")

            let found = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await Task.yield(); return tenant
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found == Array(repeating: "a", count: 4))
        }
    }

    @Test func aTaskOfItsOwnInheritsItAndKeepsItBeyondTheBody() async {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let task = withContext(context("a")) {
            Task {
                for await _ in gate {}
                return tenant
            }
        }
        #expect(tenant == nil)
        opener.finish()
        #expect(await task.value == "a")
    }

    @Test func whatAChildTaskMakesCurrentIsItsOwn() async {
        await withContext(context("a")) {
            await withTaskGroup(of: Void.self) { group in
                for name in ["b", "c"] {
                    group.addTask {
                        await withContext(context(name)) {
                            await Task.yield()
                            #expect(tenant == name)
                        }
                        #expect(tenant == "a")
                    }
                }
            }
            #expect(tenant == "a")
        }
    }

    @Test func aDetachedTaskInheritsNothing() async {
        let found = await withContext(context("a")) { await Task.detached { tenant }.value }
        #expect(found == nil)
    }

    @Test func anActorsMethodSeesTheContextOfItsCaller() async {
        actor Counter {
            func tenant() async -> String? {
                await Task.yield()
                return Context.current[Tenant.self]
            }
        }
        let counter = Counter()
        await withContext(context("a")) { #expect(await counter.tenant() == "a") }
        #expect(await counter.tenant() == nil)
    }

    @Test func aContextCarriesASpanToWhereItIsNotInherited() async {
        let log = SpanLog()
        let tracer = log.tracer()
        await tracer.withSpan("outer") { outer in
            let context = Context.current
            await Task.detached {
                #expect(SpanContext.current == .invalid)
                await withContext(context) {
                    #expect(SpanContext.current == outer.spanContext)
                    Span.current["a"] = 1
                    await tracer.withSpan("inner") { _ in await Task.yield() }
                }
            }.value
        }
        #expect(log["outer"]?.attributes == ["a": 1])
        #expect(log["inner"]?.parentID == log["outer"]?.context.spanID)
    }
}
