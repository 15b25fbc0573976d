import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("A provider with several processors")
struct TracerProviderFlushTests {
    private func batch(_ exporter: ScriptedSpanExporter) -> BatchSpanProcessor {
        BatchSpanProcessor(exporter, delay: .seconds(600), registry: nil)
    }

    @Test("flushes and shuts all of them down, and tells whether all succeeded")
    func all() {
        let good = ScriptedSpanExporter()
        let bad = ScriptedSpanExporter { number, _ in number != 2 }
        let traced = Traced([batch(good), batch(bad)])
        var answers: [Bool] = []
        for _ in 0..<3 {
            traced.spans(1)
            answers.append(traced.provider.flush(timeout: .seconds(20)))
        }
        #expect(answers == [true, false, true])
        traced.spans(1)
        #expect(traced.provider.shutdown(timeout: .seconds(20)))
        #expect(good.seen.batches == [1, 1, 1, 1])
        #expect(bad.seen.batches == [1, 1, 1, 1])
        #expect(good.seen.shutdowns == 1)
        #expect(bad.seen.shutdowns == 1)
        #expect(traced.provider.shutdown(timeout: .seconds(20)))
    }

    @Test("does not let one that hangs take the time of the others", arguments: [0, 1])
    func hanging(place: Int) {
        let hanging = ScriptedSpanExporter { _, exporter in
            exporter.hang()
            return true
        }
        // This one needs nearly all of the time.
        let slow = ScriptedSpanExporter { _, _ in
            vitals_sleep(300_000_000)
            return true
        }
        var processors: [any SpanProcessor] = [batch(slow)]
        processors.insert(batch(hanging), at: place)
        let traced = Traced(processors)
        traced.spans(1)
        let passed = seconds { #expect(!traced.provider.flush(timeout: .seconds(1))) }
        #expect(passed < 5)
        #expect(slow.total == 1)
        traced.spans(1)
        let longer = seconds { #expect(!traced.provider.shutdown(timeout: .seconds(1))) }
        #expect(longer < 5)
        #expect(slow.state.wait(until: deadline(seconds: 20)) { $0.shutdowns == 1 })
        #expect(slow.total == 2)
        #expect(hanging.state.wait(until: deadline(seconds: 20)) { $0.isCancelled })
        hanging.release()
    }

    @Test("does not wait for itself when an exporter flushes it")
    func fromAnExporter() {
        let held = Locked<TracerProvider?>(nil)
        let passed = Waitable<Double?>(nil)
        let exporter = ScriptedSpanExporter { number, _ in
            guard number == 1, let provider = held.withLock({ $0 }) else { return true }
            let time = seconds { #expect(!provider.flush(timeout: .seconds(10))) }
            _ = passed.update { $0 = time }
            return true
        }
        let traced = Traced([batch(exporter), batch(ScriptedSpanExporter())])
        held.withLock { $0 = traced.provider }
        traced.spans(1)
        #expect(traced.provider.flush(timeout: .seconds(20)))
        #expect(passed.update { $0 }.map { ($0 ?? 100) < 5 } == true)
        #expect(traced.provider.shutdown(timeout: .seconds(20)))
        held.withLock { $0 = nil }
    }
}
