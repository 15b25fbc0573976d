import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("A batch span processor")
struct BatchSpanProcessorTests {
    private func processor(
        _ exporter: any SpanExporter, queue: Int = 2048, batch: Int = 512, delay: Duration = .seconds(600),
        timeout: Duration = .seconds(30), registry: Registry? = nil
    ) -> BatchSpanProcessor {
        BatchSpanProcessor(
            exporter, queue: queue, batch: batch, delay: delay, timeout: timeout, registry: registry)
    }

    @Test("exports a batch as soon as there is one, and keeps the rest")
    func batches() {
        let exporter = ScriptedSpanExporter()
        let processor = processor(exporter, batch: 10)
        let traced = Traced([processor])
        traced.spans(9)
        vitals_sleep(20_000_000)
        #expect(exporter.seen.batches == [])
        traced.spans(4)
        #expect(exporter.reaches(1))
        #expect(exporter.seen.batches == [10])
        #expect(processor.shutdown(timeout: .seconds(10)))
        #expect(exporter.seen.batches == [10, 3])
    }

    @Test("exports what makes no batch after the delay")
    func delay() {
        let exporter = ScriptedSpanExporter()
        let processor = processor(exporter, delay: .milliseconds(20))
        let traced = Traced([processor])
        traced.spans(3)
        #expect(exporter.receives(3))
        traced.spans(2)
        #expect(exporter.receives(5))
        #expect(processor.shutdown(timeout: .seconds(10)))
    }

    @Test("takes only sampled spans")
    func unsampled() {
        let exporter = ScriptedSpanExporter()
        let processor = processor(exporter)
        Traced([processor], sampler: .alwaysRecord(.alwaysOff)).spans(5, "unsampled")
        Traced([processor]).spans(1, "sampled")
        #expect(processor.flush(timeout: .seconds(10)))
        #expect(exporter.seen.names == ["sampled"])
        #expect(processor.shutdown(timeout: .seconds(10)))
    }

    @Test("keeps the order of the spans, and never exports twice at a time")
    func order() {
        let exporter = ScriptedSpanExporter { _, _ in
            vitals_sleep(1_000_000)
            return true
        }
        let processor = processor(exporter, queue: 7, batch: 3, delay: .milliseconds(1))
        let traced = Traced([processor])
        for index in 0..<60 {
            #expect(holdsSoon { processor.count < 7 })
            traced.spans(1, "\(index)")
        }
        #expect(processor.shutdown(timeout: .seconds(10)))
        #expect(exporter.seen.names == (0..<60).map { "\($0)" })
        #expect(exporter.seen.most == 1)
        #expect(exporter.seen.batches.allSatisfy { $0 <= 3 })
    }

    @Test("gives an export its own time, and without a limit as much as it needs")
    func timeouts() {
        for (timeout, least, most) in [(Duration.seconds(3), 2.5, 3.0), (.zero, 1e9, .infinity)] {
            let exporter = ScriptedSpanExporter()
            let processor = processor(exporter, timeout: timeout)
            Traced([processor]).spans(1)
            #expect(processor.flush(timeout: .seconds(10)))
            let given = exporter.seen.timeouts[0] / .seconds(1)
            #expect(given > least && given <= most)
            #expect(processor.shutdown(timeout: .seconds(10)))
        }
    }

    @Test("flushes what there is, in as many exports as that takes, and tells whether it was delivered")
    func flushes() {
        let exporter = ScriptedSpanExporter { number, _ in number != 2 }
        let processor = processor(exporter, queue: 100, batch: 10)
        let traced = Traced([processor])
        #expect(processor.flush(timeout: .zero), "there was nothing to deliver")
        traced.spans(5)
        #expect(processor.flush(timeout: .seconds(10)))
        traced.spans(5)
        #expect(!processor.flush(timeout: .seconds(10)))
        traced.spans(5)
        #expect(processor.flush(timeout: .seconds(10)))
        #expect(exporter.seen.batches == [5, 5, 5])
        #expect(processor.shutdown(timeout: .seconds(10)))
        #expect(processor.flush(timeout: .seconds(10)))
    }

    @Test("counts the failure of an export that was under way when the flush began")
    func failureUnderWay() {
        let exporter = ScriptedSpanExporter { number, exporter in
            if number == 1 { exporter.hang() }
            return number > 1
        }
        let processor = processor(exporter, batch: 2)
        let traced = Traced([processor])
        traced.spans(2)
        #expect(exporter.reaches(1))
        traced.spans(1)
        let answer = Waitable<Bool?>(nil)
        _ = Worker("test") {
            let isDelivered = processor.flush(timeout: .seconds(20))
            _ = answer.update { $0 = isDelivered }
        }
        #expect(holdsSoon { processor.waitingFlushes == 1 })
        exporter.release()
        #expect(answer.wait(until: deadline(seconds: 20)) { $0 == false })
        #expect(exporter.seen.batches == [2, 1])
        #expect(processor.flush(timeout: .seconds(10)))
        #expect(processor.shutdown(timeout: .seconds(10)))
    }

    @Test("does not wait for a flush longer than it may, and goes on afterwards")
    func slowFlush() {
        let exporter = ScriptedSpanExporter { number, exporter in
            if number == 1 { exporter.hang() }
            return true
        }
        let processor = processor(exporter)
        let traced = Traced([processor])
        traced.spans(1)
        let passed = seconds { #expect(!processor.flush(timeout: .milliseconds(50))) }
        #expect(passed >= 0.05 && passed < 5)
        #expect(!exporter.seen.isCancelled)
        exporter.release()
        traced.spans(1)
        #expect(processor.flush(timeout: .seconds(10)))
        #expect(processor.shutdown(timeout: .seconds(10)))
        #expect(exporter.total == 2)
    }

    @Test("delivers the last spans at its shutdown, and drops and counts those that end later")
    func shutdown() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter()
        let processor = processor(exporter, queue: 40, batch: 10, registry: reader.registry)
        let traced = Traced([processor])
        traced.spans(5)
        #expect(processor.shutdown(timeout: .seconds(10)))
        #expect(exporter.total == 5)
        #expect(exporter.seen.shutdowns == 1)
        #expect(exporter.seen.hurried.last == .some(nil))
        traced.spans(3)
        let passed = seconds { #expect(processor.shutdown(timeout: .seconds(10))) }
        #expect(passed < 5)
        #expect(exporter.seen.shutdowns == 1)
        #expect(exporter.total == 5)
        #expect(Processed(reader) == Processed(exported: 5, alreadyShutdown: 3))
    }

    @Test("tells that the last spans were not delivered")
    func failedShutdown() {
        let exporter = ScriptedSpanExporter { _, _ in false }
        let processor = processor(exporter)
        Traced([processor]).spans(1)
        #expect(!processor.shutdown(timeout: .seconds(10)))
        #expect(!processor.shutdown(timeout: .seconds(10)))
        #expect(exporter.seen.shutdowns == 1)
    }

    @Test("asks an export that is under way at the shutdown to leave half of the time for the rest")
    func hurries() {
        let exporter = ScriptedSpanExporter { number, exporter in
            if number == 1 { _ = exporter.state.wait(until: deadline(seconds: 20)) { !$0.hurried.isEmpty } }
            return true
        }
        let processor = processor(exporter, queue: 10, batch: 2)
        let traced = Traced([processor])
        traced.spans(2)
        #expect(exporter.reaches(1))
        traced.spans(5)
        #expect(processor.shutdown(timeout: .seconds(10)))
        let seen = exporter.seen
        #expect(seen.batches == [2, 2, 2, 1])
        #expect(seen.hurried.count == 2)
        #expect(seen.hurried[0].map { $0 > .seconds(4) && $0 <= .seconds(5) } == true)
        #expect(seen.hurried[1] == nil)
        #expect(seen.timeouts.dropFirst().allSatisfy { $0 <= .seconds(10) })
    }

    @Test("does not let an exporter that hangs keep the program, and counts what it did not take")
    func hangs() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter { _, exporter in
            exporter.hang()
            return false
        }
        let processor = processor(exporter, queue: 10, batch: 2, registry: reader.registry)
        let traced = Traced([processor])
        traced.spans(2)
        #expect(exporter.reaches(1))
        traced.spans(11)
        let passed = seconds { #expect(!processor.shutdown(timeout: .milliseconds(100))) }
        #expect(passed >= 0.1 && passed < 5)
        #expect(exporter.seen.isCancelled)
        #expect(exporter.seen.shutdowns == 0)
        #expect(Processed(reader) == Processed(exported: 2, queueFull: 1, alreadyShutdown: 10))
        #expect(!processor.flush(timeout: .milliseconds(1)))
        exporter.release()
        #expect(exporter.state.wait(until: deadline(seconds: 20)) { $0.shutdowns == 1 })
        #expect(exporter.seen.batches == [2])
        #expect(Processed(reader) == Processed(exported: 2, queueFull: 1, alreadyShutdown: 10))
    }
}
