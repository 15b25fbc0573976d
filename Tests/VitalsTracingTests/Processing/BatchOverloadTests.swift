import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("A batch span processor under load")
struct BatchOverloadTests {
    @Test("delivers each span or counts it as dropped, while threads end more than a slow exporter takes")
    func exactNumbers() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter(keepsNames: false) { _, _ in
            vitals_sleep(500_000)
            return true
        }
        let processor = BatchSpanProcessor(
            exporter, queue: 64, batch: 16, delay: .milliseconds(1), registry: reader.registry)
        let traced = Traced([processor])
        let late = Atomic(0)
        #expect(
            onThreads(4) { index in
                for number in 0..<20_000 {
                    traced.spans(1)
                    if number % 5000 == 2500 { _ = processor.flush(timeout: .milliseconds(1)) }
                    // One thread shuts it down while the others go on.
                    if index == 0, number == 15_000 {
                        _ = processor.shutdown(timeout: .seconds(20))
                        late.store(1, ordering: .relaxed)
                    }
                }
            })
        let processed = Processed(reader)
        #expect(processed.total == 80_000)
        #expect(processed.exported == exporter.total)
        #expect(processed.queueFull > 0)
        #expect(processed.alreadyShutdown >= 4999)
        #expect(exporter.seen.most == 1)
        #expect(processor.count == 0)
    }

    @Test("loses nothing with a queue that is large enough")
    func noLoss() {
        let reader = InMemoryReader()
        let exporter = ScriptedSpanExporter(keepsNames: false)
        let processor = BatchSpanProcessor(exporter, queue: 100_000, registry: reader.registry)
        let traced = Traced([processor])
        #expect(onThreads(4) { _ in traced.spans(20_000) })
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.total == 80_000)
        #expect(Processed(reader) == Processed(exported: 80_000))
        #expect(exporter.seen.batches.dropLast().allSatisfy { $0 == 512 })
    }

    @Test("may be flushed and shut down from many threads at once")
    func concurrent() {
        let exporter = ScriptedSpanExporter()
        let processor = BatchSpanProcessor(exporter, queue: 1000, batch: 4, registry: nil)
        let traced = Traced([processor])
        let failed = Atomic(0)
        #expect(
            onThreads(8) { index in
                for _ in 0..<20 {
                    traced.spans(1)
                    if !processor.flush(timeout: .seconds(20)) { failed.add(1, ordering: .relaxed) }
                }
                if index < 4, !processor.shutdown(timeout: .seconds(20)) { failed.add(1, ordering: .relaxed) }
            })
        #expect(failed.load(ordering: .relaxed) == 0)
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.seen.most == 1)
        #expect(exporter.seen.shutdowns == 1)
        #expect(processor.waitingFlushes == 0)
    }

    @Test("drops the new spans and not those that wait")
    func keepsTheOld() {
        let exporter = ScriptedSpanExporter { number, exporter in
            if number == 1 { exporter.hang() }
            return true
        }
        let processor = BatchSpanProcessor(exporter, queue: 3, batch: 1, registry: nil)
        let traced = Traced([processor])
        traced.spans(1, "0")
        #expect(exporter.reaches(1))
        for index in 1..<6 { traced.spans(1, "\(index)") }
        exporter.release()
        #expect(processor.shutdown(timeout: .seconds(20)))
        #expect(exporter.seen.names == ["0", "1", "2", "3"])
    }

    @Test("says that its queue is full, but not each time within a minute")
    func logs() async {
        await #expect(processExitsWith: .success) {
            let messages = Locked<[String]>([])
            Diagnostics.handle { _, message in messages.withLock { $0.append(message) } }
            let exporter = ScriptedSpanExporter { _, exporter in
                exporter.hang()
                return true
            }
            let processor = BatchSpanProcessor(exporter, queue: 2, batch: 1, registry: nil)
            let traced = Traced([processor])
            for round in 1...2 {
                _ = exporter.state.update { $0.isReleased = false }
                let exports = exporter.seen.batches.count
                traced.spans(1)
                #expect(exporter.reaches(exports + 1))
                traced.spans(10)
                let told = messages.withLock { $0.filter { $0.contains("the queue of 2 is full") } }
                #expect(told.count == 1, "in round \(round)")
                exporter.release()
                #expect(processor.flush(timeout: .seconds(20)))
            }
            #expect(processor.shutdown(timeout: .seconds(20)))
        }
    }
}
