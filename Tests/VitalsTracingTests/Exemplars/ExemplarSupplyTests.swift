import CVitals
import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@Suite struct ExemplarSupplyTests {
    private struct Plant {
        let reader = InMemoryReader()
        let counter: Counter<Int>
        let histogram: Histogram<Double>

        init() {
            counter = reader.meter().counter("count")
            histogram = reader.meter().histogram("time")
        }

        func record() {
            counter.add(1)
            counter.add(1, ["a": 1])
            histogram.record(0.5)
        }

        /// Whose spans the exemplars of everything recorded name.
        var contexts: [[ExemplarContext?]] {
            let collected = reader.collect()
            return ["count", "time"].flatMap { name in
                collected[name]?.points.map { $0.exemplars.map(\.context) } ?? []
            }
        }
    }

    private func expected(_ span: SpanContext?) -> ExemplarContext? {
        span.map {
            ExemplarContext(
                traceID: ($0.traceID.high, $0.traceID.low), spanID: $0.spanID.value, flags: $0.flags.rawValue)
        }
    }

    private let plant = Plant()
    private let log = SpanLog()

    private func expectAll(_ span: SpanContext?) {
        #expect(plant.contexts == Array(repeating: [expected(span)].filter { $0 != nil }, count: 3))
    }

    @Test func measurementsInASampledSpanAreItsExemplars() {
        plant.record()
        log.tracer().withSpan("work") { _ in plant.record() }
        plant.record()
        expectAll(log["work"]?.context)
    }

    @Test func afterAWaitAndInChildTasksToo() async {
        let tracer = log.tracer()
        await tracer.withSpan("work") { _ in
            await Task.yield()
            plant.record()
        }
        expectAll(log["work"]?.context)
        let other = Plant()
        await tracer.withSpan("parent") { _ in await Task { other.record() }.value }
        #expect(other.contexts == Array(repeating: [expected(log["parent"]?.context)], count: 3))
    }

    @Test func theInnermostSpanCounts() {
        let tracer = log.tracer()
        tracer.withSpan("outer") { _ in tracer.withSpan("inner") { _ in plant.record() } }
        expectAll(log["inner"]?.context)
    }

    @Test(arguments: [Sampler.alwaysOff, .alwaysRecord(.alwaysOff)])
    func measurementsInASpanThatIsNotSampledAreNot(sampler: Sampler) {
        let inner = log.tracer { $0.sampler = sampler }
        log.tracer().withSpan("sampled") { _ in
            inner.withSpan("unsampled") { span in
                #expect(!span.spanContext.isSampled)
                plant.record()
            }
        }
        expectAll(nil)
    }

    @Test func aSampledSpanOfAnotherServiceCountsToo() {
        _ = log.tracer()
        withContext(.parent()) { plant.record() }
        expectAll(Context.parent().spanContext)
    }

    @Test func oneThatIsNotSampledDoesNot() {
        _ = log.tracer()
        withContext(.parent(flags: .random)) { plant.record() }
        withContext(.parent(spanID: .invalid)) { plant.record() }
        expectAll(nil)
    }

    @Test func anAttachedContextCountsToo() {
        _ = log.tracer()
        let plant = plant
        onOwnThread {
            let attached = attach(Context.parent())
            plant.record()
            attached.detach()
        }
        expectAll(Context.parent().spanContext)
        onOwnThread { plant.record() }
        expectAll(Context.parent().spanContext)
    }

    @Test func whatIsSetBesideTheSpanMakesNoDifference() {
        log.tracer().withSpan("work") { _ in
            withBaggage(["user": "7"]) { plant.record() }
        }
        expectAll(log["work"]?.context)
    }

    @Test func othersInASpanMakeNoDifference() {
        log.tracer().withSpan("work") { _ in onOwnThread { [plant] in plant.record() } }
        expectAll(nil)
    }

    @Test func measurementsTakeTheLongWayOnlyWhileSomebodyIsInASampledSpan() async {
        await #expect(processExitsWith: .success) {
            let log = SpanLog()
            let tracer = log.tracer()
            let unsampled = log.tracer { $0.sampler = .alwaysOff }
            _ = tracer.startSpan("open")
            unsampled.withSpan("unsampled") { _ in #expect(!vitals_exemplars_wanted()) }
            withContext(.parent(flags: [])) { #expect(!vitals_exemplars_wanted()) }
            #expect(!vitals_exemplars_wanted())

            tracer.withSpan("one") { _ in
                #expect(vitals_exemplars_wanted())
                withContext(.parent()) { #expect(vitals_exemplars_wanted()) }
                unsampled.withSpan("unsampled") { _ in #expect(vitals_exemplars_wanted()) }
            }
            #expect(!vitals_exemplars_wanted())
            #expect(throws: Mishap()) { try tracer.withSpan("fails") { _ in throw Mishap() } }
            #expect(!vitals_exemplars_wanted())

            await tracer.withSpan("parent") { _ in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<20 { await tracer.withSpan("child") { _ in await Task.yield() } }
                        }
                    }
                }
                await #expect(throws: Mishap()) {
                    try await tracer.withSpan("fails") { _ in
                        await Task.yield()
                        throw Mishap()
                    }
                }
                let task = Task { await tracer.withSpan("cancelled") { _ in try? await Task.sleep(for: .seconds(60)) } }
                task.cancel()
                await task.value
            }
            #expect(!vitals_exemplars_wanted())

            onOwnThread {
                let attached = attach(Context.parent())
                #expect(vitals_exemplars_wanted())
                let second = attach(Context.parent())
                #expect(vitals_exemplars_wanted())
                second.detach()
                #expect(vitals_exemplars_wanted())
                attached.detach()
                #expect(!vitals_exemplars_wanted())
                // Some stay attached when the thread ends, and one is detached on another thread.
                _ = attach(Context.parent())
                let kept = attach(Context.parent())
                onOwnThread { kept.detach() }
                #expect(vitals_exemplars_wanted())
            }
            #expect(eventually { !vitals_exemplars_wanted() })
        }
    }
}
