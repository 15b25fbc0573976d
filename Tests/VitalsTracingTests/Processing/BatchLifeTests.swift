import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("The life of a batch span processor")
struct BatchLifeTests {
    @Test("ends when it is let go: delivers what there is, and leaves neither thread nor exporter behind")
    func letGo() {
        weak var exporter: ScriptedSpanExporter?
        let names = Waitable<[String]>([])
        do {
            let scripted = ScriptedSpanExporter { _, exporter in
                let seen = exporter.seen.names
                _ = names.update { $0 += seen }
                return true
            }
            exporter = scripted
            BatchSpanProcessor(scripted, delay: .seconds(600), registry: nil).onEnd(finishedSpan("last"))
        }
        #expect(names.wait(until: deadline(seconds: 20)) { $0 == ["last"] })
        #expect(holdsSoon { exporter == nil })
    }

    @Test("may be flushed and shut down by its own exporter, which does not wait for itself")
    func fromItsOwnThread() {
        let held = Locked<BatchSpanProcessor?>(nil)
        let answers = Waitable<[Bool]>([])
        let exporter = ScriptedSpanExporter { number, _ in
            guard number == 1, let processor = held.withLock({ $0 }) else { return true }
            var isFlushed = true
            var isShutDown = true
            let passed = seconds {
                isFlushed = processor.flush(timeout: .seconds(10))
                isShutDown = processor.shutdown(timeout: .seconds(10))
            }
            _ = answers.update { $0 = [isFlushed, isShutDown, passed < 5] }
            return true
        }
        let processor = BatchSpanProcessor(exporter, batch: 2, delay: .seconds(600), registry: nil)
        held.withLock { $0 = processor }
        Traced([processor]).spans(3)
        #expect(answers.wait(until: deadline(seconds: 20)) { $0 == [false, false, true] })
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.seen.batches == [2, 1])
        held.withLock { $0 = nil }
    }

    @Test("does not record what its exporter does itself")
    func ownExport() {
        let reader = InMemoryReader()
        let tracer = Locked<Tracer?>(nil)
        let exporter = ScriptedSpanExporter { _, _ in
            tracer.withLock { $0 }?.withSpan("own", kind: .client) { $0.addEvent("sent") }
            return true
        }
        let processor = BatchSpanProcessor(exporter, batch: 1, registry: reader.registry)
        let traced = Traced([processor])
        tracer.withLock { $0 = traced.tracer }
        traced.spans(3)
        #expect(processor.flush(timeout: .seconds(20)))
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.seen.names == ["span", "span", "span"])
        #expect(Processed(reader) == Processed(exported: 3))
        tracer.withLock { $0 = nil }
    }

    @Test("passes on what an exporter of another processor does, which is not recorded either")
    func exportsOfOthers() {
        let tracer = Locked<Tracer?>(nil)
        let exporters = (0..<2).map { _ in
            ScriptedSpanExporter { _, _ in
                tracer.withLock { $0 }?.withSpan("own") { _ in }
                return true
            }
        }
        let traced = Traced(exporters.map { SimpleSpanProcessor($0, timeout: .seconds(30), registry: nil) })
        tracer.withLock { $0 = traced.tracer }
        let passed = seconds { traced.spans(3) }
        #expect(passed < 10)
        for exporter in exporters { #expect(exporter.seen.names == ["span", "span", "span"]) }
        tracer.withLock { $0 = nil }
    }

    @Test("drops and counts everything where the system has no thread for it")
    func withoutThread() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter()
        let processor = BatchSpanProcessor(
            exporter, queue: 10, batch: 5, delay: .seconds(5), timeout: .seconds(30), registry: reader.registry
        ) { _ in nil }
        Traced([processor]).spans(20)
        let passed = seconds {
            #expect(!processor.flush(timeout: .seconds(10)))
            #expect(!processor.shutdown(timeout: .seconds(10)))
        }
        #expect(passed < 5)
        #expect(Processed(reader) == Processed(alreadyShutdown: 20))
        #expect(exporter.total == 0)
    }

    @Test("reports the size and capacity of its queue until it is shut down")
    func queueMetrics() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter()
        let processor = BatchSpanProcessor(
            exporter, queue: 100, batch: 50, delay: .seconds(600), registry: reader.registry)
        let component: Attributes = [
            "otel.component.type": "batching_span_processor", "otel.component.name": "batching_span_processor/0",
        ]
        Traced([processor]).spans(7)
        #expect(reader.counter("otel.sdk.processor.span.queue.size", component) == 7)
        #expect(reader.counter("otel.sdk.processor.span.queue.capacity", component) == 100)
        #expect(reader.counter("otel.sdk.processor.span.processed", component) == nil)
        #expect(reader.collect()["otel.sdk.processor.span.queue.size"]?.unit == "{span}")
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(reader.counter("otel.sdk.processor.span.queue.size", component) == nil)
        #expect(reader.counter("otel.sdk.processor.span.queue.capacity", component) == nil)
        #expect(reader.counter("otel.sdk.processor.span.processed", component) == 7)
    }

    @Test("tells two of its kind apart")
    func components() {
        let reader = InMemoryReader()
        let processors = (0..<2).map { _ in
            BatchSpanProcessor(ScriptedSpanExporter(), queue: 9, registry: reader.registry)
        }
        let points = reader.collect()["otel.sdk.processor.span.queue.capacity"]?.points ?? []
        #expect(
            Set(points.map { $0.attributes["otel.component.name"] }) == [
                "batching_span_processor/0", "batching_span_processor/1",
            ])
        for processor in processors { #expect(processor.shutdown(timeout: .seconds(20))) }
    }

    @Test(
        "has the sizes that it is given, or says why not",
        arguments: [
            (2048, 512, 2048, 512, 0), (10, 10, 10, 10, 0), (10, 512, 10, 10, 0), (1, 1, 1, 1, 0),
            (0, 512, 2048, 512, 1), (-5, 512, 2048, 512, 1), (10, 0, 10, 10, 1), (3000, -1, 3000, 512, 1),
            (0, 0, 2048, 512, 2), (.max, 512, 1 << 20, 512, 1), (.min, .max, 2048, 2048, 2),
        ])
    func sizes(queue: Int, batch: Int, capacity: Int, size: Int, messages: Int) async {
        let sizes = BatchSpanProcessor.sizes(queue: queue, batch: batch)
        #expect(sizes.queue == capacity)
        #expect(sizes.batch == size)
        #expect(sizes.complaints.count == messages)
        #expect(sizes.complaints.allSatisfy { $0.contains("\(queue)") || $0.contains("\(batch)") })
    }
}
