import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("A simple span processor")
struct SimpleSpanProcessorTests {
    @Test("has exported each sampled span when its end returns")
    func atOnce() {
        let reader = InMemoryReader()
        let exporter = InMemorySpanExporter()
        let processor = SimpleSpanProcessor(exporter, registry: reader.registry)
        let traced = Traced([processor])
        for index in 1...5 {
            traced.spans(1, "\(index)")
            #expect(exporter.spans.map(\.name) == (1...index).map { "\($0)" })
        }
        Traced([processor], sampler: .alwaysRecord(.alwaysOff)).spans(1, "unsampled")
        #expect(processor.shutdown(timeout: .seconds(20)))
        traced.spans(2)
        #expect(exporter.spans.count == 5)
        #expect(exporter.isShutDown)
        #expect(Processed(reader, component: "simple_span_processor") == Processed(exported: 5, alreadyShutdown: 2))
    }

    @Test("waits for an export as long as it takes, without a limit")
    func anyTime() {
        let exporter = ScriptedSpanExporter { _, _ in
            vitals_sleep(50_000_000)
            return true
        }
        let traced = Traced([SimpleSpanProcessor(exporter, timeout: .zero, registry: nil)])
        for count in 1...2 {
            traced.spans(1)
            #expect(exporter.seen.names.count == count)
        }
    }

    @Test("exports one span at a time")
    func serialised() {
        let exporter = ScriptedSpanExporter(keepsNames: false) { _, _ in
            vitals_sleep(100_000)
            return true
        }
        let processor = SimpleSpanProcessor(exporter, registry: nil)
        let traced = Traced([processor])
        #expect(onThreads(4) { _ in traced.spans(50) })
        #expect(exporter.total == 200)
        #expect(exporter.seen.most == 1)
        #expect(exporter.seen.batches.allSatisfy { $0 == 1 })
        #expect(processor.flush(timeout: .seconds(20)))
        #expect(processor.shutdown(timeout: .seconds(20)))
    }

    @Test("does not keep the program longer than the timeout, and no more until the exporter has come back")
    func hangs() {
        let exporter = ScriptedSpanExporter { number, exporter in
            if number == 1 { exporter.hang() }
            return true
        }
        let processor = SimpleSpanProcessor(exporter, timeout: .milliseconds(300), registry: nil)
        let traced = Traced([processor])
        #expect(seconds { traced.spans(1, "0") } >= 0.3)
        #expect(seconds { traced.spans(50, "1") } < 5)
        exporter.release()
        #expect(exporter.receives(51))
        #expect(processor.flush(timeout: .seconds(20)))
        traced.spans(1, "2")
        #expect(exporter.seen.names.last == "2")
        #expect(processor.shutdown(timeout: .seconds(20)))
    }

    @Test("is shut down in time by an exporter that hangs")
    func shutdown() {
        let exporter = ScriptedSpanExporter { _, exporter in
            exporter.hang()
            return true
        }
        let processor = SimpleSpanProcessor(exporter, timeout: .milliseconds(1), registry: nil)
        Traced([processor]).spans(3)
        let passed = seconds { #expect(!processor.shutdown(timeout: .milliseconds(50))) }
        #expect(passed < 5)
        #expect(exporter.seen.isCancelled)
        exporter.release()
        #expect(exporter.state.wait(until: deadline(seconds: 20)) { $0.shutdowns == 1 })
    }

    @Test("does not record what its exporter does itself, nor wait for it")
    func ownExport() {
        let reader = InMemoryReader()
        let tracer = Locked<Tracer?>(nil)
        let exporter = ScriptedSpanExporter { _, _ in
            tracer.withLock { $0 }?.startSpan("own").end()
            return true
        }
        let processor = SimpleSpanProcessor(exporter, registry: reader.registry)
        let traced = Traced([processor])
        tracer.withLock { $0 = traced.tracer }
        #expect(seconds { traced.spans(2) } < 10)
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.seen.names == ["span", "span"])
        #expect(Processed(reader, component: "simple_span_processor") == Processed(exported: 2))
        tracer.withLock { $0 = nil }
    }

    @Test("delivers what there is when it is let go")
    func letGo() {
        let exporter = ScriptedSpanExporter()
        SimpleSpanProcessor(exporter, registry: nil).onEnd(finishedSpan("last"))
        #expect(exporter.state.wait(until: deadline(seconds: 20)) { $0.shutdowns == 1 })
        #expect(exporter.seen.names == ["last"])
    }
}
