import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

/// Spans in tasks that hop between threads, for as long as RACE_SECONDS says (half a second by default). Under
/// ThreadSanitizer this is the proof that a context follows its task and that a span takes what several tasks tell it.
@Suite(.serialized) struct TracingRaceTests {
    private static let tasks = 8
    private static let children = 3

    /// Compares each span that ends with what it says of itself: who its parent is, and how many events it was given.
    private final class Judge: SpanProcessor {
        let begun = Atomic<Int>(0)
        let ended = Atomic<Int>(0)
        let made = Atomic<Int>(0)
        let wrong = Atomic<Int>(0)

        func onStart(_ span: Span, parent: Context) {
            begun.add(1, ordering: .relaxed)
        }

        func onEnd(_ span: FinishedSpan) {
            ended.add(1, ordering: .relaxed)
            check(span.parentID.map { .string("\($0)") } == span.attributes["parent"])
            check(span.attributes["trace"] == .string("\(span.context.traceID)"))
            check(.int(span.events.count) == span.attributes["events"])
            check(!span.events.contains { $0.attributes["trace"] != span.attributes["trace"] })
            check(span.droppedAttributes + span.droppedEvents + span.droppedLinks == 0)
        }

        func check(_ isRight: Bool) {
            if !isRight { wrong.add(1, ordering: .relaxed) }
        }
    }

    private struct Plant: Sendable {
        let judge = Judge()
        let tracer: Tracer
        let reader = InMemoryReader()
        let counter: Counter<Int>

        init() {
            var configuration = TracingConfiguration()
            configuration.processors = [judge]
            let provider = TracerProvider()
            provider.start(configuration, registry: reader.registry)
            tracer = provider.tracer("race")
            counter = reader.meter().counter("made")
        }

        /// Notes on a span what it must turn out to be.
        func describe(_ span: Span, childOf parent: Span?, events: Int) {
            judge.made.add(1, ordering: .relaxed)
            counter.add(1)
            judge.check(SpanContext.current == span.spanContext)
            if let parent { span["parent"] = .string("\(parent.spanContext.spanID)") }
            span["trace"] = .string("\((parent ?? span).spanContext.traceID)")
            span["events"] = .int(events)
        }

        func happened(in span: Span) {
            span.addEvent("happened", attributes: ["trace": .string("\(span.spanContext.traceID)")])
        }
    }

    @Test func everyChildIsUnderItsRightParentAndNothingIsLost() async {
        let seconds = vitals_environment("RACE_SECONDS").flatMap { Double(String(cString: $0)) } ?? 0.5
        let end = vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)
        let plant = Plant()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    var round = 0
                    while round == 0 || vitals_monotonic_nanoseconds() < end {
                        await Self.trace("\(task) \(round)", plant)
                        round += 1
                    }
                    plant.judge.check(SpanContext.current == .invalid && Baggage.current.isEmpty)
                }
            }
        }

        let made = plant.judge.made.load(ordering: .acquiring)
        #expect(made >= Self.tasks * (2 * Self.children + 4))
        #expect(plant.judge.begun.load(ordering: .acquiring) == made)
        #expect(plant.judge.ended.load(ordering: .acquiring) == made)
        #expect(plant.judge.wrong.load(ordering: .acquiring) == 0)
        #expect(plant.reader.counter("made") == Double(made))
        #expect(
            plant.reader.counter("otel.sdk.span.live", ["otel.span.sampling_result": "RECORD_AND_SAMPLE"]) == 0)
    }

    /// One trace: a root whose children are child tasks, a task of its own, an `async let` and a callback.
    private static func trace(_ name: String, _ plant: Plant) async {
        await plant.tracer.withSpan(name, kind: .server) { root in
            plant.describe(root, childOf: nil, events: children + 3)
            await Task.yield()
            await withBaggage(["name": name]) {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<children { group.addTask { await child(name, of: root, plant) } }
                }
                async let aside: Void = leaf(name, of: root, plant)
                let task = Task { await leaf(name, of: root, plant) }
                callback(of: root, plant)
                await task.value
                await aside
            }
            plant.judge.check(Baggage.current.isEmpty)
            plant.judge.check(SpanContext.current == root.spanContext)
        }
    }

    private static func child(_ name: String, of parent: Span, _ plant: Plant) async {
        await plant.tracer.withSpan("child") { child in
            plant.describe(child, childOf: parent, events: 1)
            await Task.yield()
            plant.happened(in: parent)
            await leaf(name, of: child, plant)
            plant.judge.check(SpanContext.current == child.spanContext)
        }
    }

    private static func leaf(_ name: String, of parent: Span, _ plant: Plant) async {
        await plant.tracer.withSpan("leaf") { leaf in
            plant.describe(leaf, childOf: parent, events: 0)
            plant.happened(in: parent)
            await Task.yield()
            plant.judge.check(Baggage.current["name"] == name)
            plant.judge.check(SpanContext.current == leaf.spanContext)
        }
    }

    private static func callback(of parent: Span, _ plant: Plant) {
        let attached = attach(Context.parent(flags: []))
        plant.judge.check(!SpanContext.current.isSampled)
        let inner = attach(parent.context)
        plant.tracer.withSpan("callback") { plant.describe($0, childOf: parent, events: 0) }
        inner.detach()
        attached.detach()
        plant.happened(in: parent)
    }
}
