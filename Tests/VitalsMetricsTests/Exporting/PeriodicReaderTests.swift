import CVitals
import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite("A periodic reader")
struct PeriodicReaderTests {
    private func reader(
        _ registry: Registry, _ exporter: ScriptedExporter, every interval: Duration = .seconds(600),
        timeout: Duration = .seconds(5)
    ) throws -> PeriodicReader {
        let reader = PeriodicReader(registry, exporter, every: interval, timeout: timeout)
        try #require(reader.start())
        return reader
    }

    @Test("exports at its interval, and a last time when it is shut down")
    func exports() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        let exporter = ScriptedExporter()
        let reader = try reader(registry, exporter, every: .milliseconds(20))
        counter.add(1)
        #expect(exporter.reaches(3))
        counter.add(2)
        #expect(reader.shutdown(until: .after(seconds: 5)))
        #expect(exporter.seen.total == 3)
        #expect(exporter.seen.isShutDown)
        let after = exporter.seen.exports
        vitals_sleep(60_000_000)
        #expect(exporter.seen.exports == after)
    }

    @Test("never has two exports at a time, and makes up for the ticks that a slow one lets pass with one")
    func coalesces() throws {
        let registry = Registry()
        let exporter = ScriptedExporter { _, _, _ in
            vitals_sleep(50_000_000)
            return true
        }
        let reader = try reader(registry, exporter, every: .milliseconds(20))
        #expect(exporter.reaches(4))
        reader.shutdown(until: .after(seconds: 5))
        let seen = exporter.seen
        #expect(seen.most == 1)
        // Between the starts of two lie whole intervals: 60 ms where an export takes 50.
        let gaps = zip(seen.begun.dropFirst(), seen.begun).prefix(2).map { $0 - $1 }
        #expect(gaps.allSatisfy { $0 >= 55_000_000 }, "\(gaps)")
    }

    @Test("goes on after exports that failed, and the changes of those come with the next")
    func recovers() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        let exporter = ScriptedExporter { number, _, _ in number > 3 }
        let reader = try reader(registry, exporter, every: .milliseconds(10))
        for _ in 0..<50 {
            counter.add(1)
            vitals_sleep(1_000_000)
        }
        #expect(exporter.reaches(5))
        #expect(reader.shutdown(until: .after(seconds: 5)))
        #expect(exporter.seen.total == 50)
    }

    @Test("flushes at once, and begins its interval anew")
    func flushes() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        let exporter = ScriptedExporter()
        let reader = try reader(registry, exporter, every: .milliseconds(400))
        vitals_sleep(300_000_000)
        counter.add(7)
        #expect(reader.flush(until: .after(seconds: 5)))
        #expect(exporter.seen.total == 7)
        vitals_sleep(200_000_000)
        // The first tick would have been after 400 ms.
        #expect(exporter.seen.exports == 1)
        reader.shutdown(until: .after(seconds: 5))
    }

    @Test("tells that a flush was not delivered, or not in time")
    func failedFlush() throws {
        let registry = Registry()
        let exporter = ScriptedExporter { number, _, _ in
            if number == 2 { vitals_sleep(300_000_000) }
            return number != 1
        }
        let reader = try reader(registry, exporter)
        #expect(!reader.flush(until: .after(seconds: 5)))
        let began = vitals_monotonic_nanoseconds()
        #expect(!reader.flush(until: .after(milliseconds: 50)))
        #expect(vitals_monotonic_nanoseconds() - began < 250_000_000)
        #expect(reader.flush(until: .after(seconds: 5)))
        reader.shutdown(until: .after(seconds: 5))
        #expect(!reader.flush(until: .after(seconds: 5)))
    }

    @Test("is shut down in time by an exporter that hangs, which is cut off")
    func hanging() throws {
        let registry = Registry()
        let isCut = Atomic(false)
        let exporter = ScriptedExporter { _, _, _ in
            for _ in 0..<500 where !isCut.load(ordering: .acquiring) { vitals_sleep(10_000_000) }
            return false
        }
        let reader = try reader(registry, exporter, every: .milliseconds(1))
        #expect(exporter.reaches(1))
        let began = vitals_monotonic_nanoseconds()
        #expect(!reader.shutdown(until: .after(milliseconds: 200)))
        #expect(vitals_monotonic_nanoseconds() - began < 450_000_000)
        #expect(exporter.seen.isCancelled)
        #expect(!exporter.seen.isShutDown)
        // What was under way was asked to leave half of the time.
        #expect(exporter.seen.hurried.count == 1)
        #expect(exporter.seen.hurried.allSatisfy { $0 > began && $0 < began + 150_000_000 })
        isCut.store(true, ordering: .releasing)
    }

    @Test("may be flushed and shut down from many threads at once")
    func concurrent() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        counter.add(9)
        let exporter = ScriptedExporter()
        let reader = try reader(registry, exporter, every: .milliseconds(1))
        let done = Waitable(0)
        for index in 0..<8 {
            _ = Worker("test") {
                for _ in 0..<20 { _ = reader.flush(until: .after(seconds: 5)) }
                if index < 4 { reader.shutdown(until: .after(seconds: 5)) }
                _ = done.update { $0 += 1 }
            }
        }
        #expect(done.wait(until: .after(seconds: 20)) { $0 == 8 })
        #expect(exporter.seen.total == 9)
        #expect(exporter.seen.most == 1)
    }

    @Test("does not wait for itself when a callback flushes")
    func flushInCallback() throws {
        let registry = Registry()
        let exporter = ScriptedExporter()
        let reader = try reader(registry, exporter)
        let answers = Waitable<[Bool]>([])
        let watch = registry.meter("test").observableGauge("idle") { observer in
            let began = vitals_monotonic_nanoseconds()
            let isFlushed = reader.flush(until: .after(seconds: 2))
            _ = answers.update { $0.append(!isFlushed && vitals_monotonic_nanoseconds() - began < 1_000_000_000) }
            observer.observe(1)
        }
        #expect(reader.flush(until: .after(seconds: 5)))
        #expect(answers.update { $0 } == [true])
        watch.cancel()
        reader.shutdown(until: .after(seconds: 5))
    }

    @Test("gives an export its own time, and without a limit as much as it needs")
    func deadlines() throws {
        let registry = Registry()
        for (timeout, least, most) in [(Duration.seconds(3), 2.9, 3.1), (.zero, 1e9, .infinity)] {
            let exporter = ScriptedExporter()
            let reader = try reader(registry, exporter, timeout: timeout)
            let began = vitals_monotonic_nanoseconds()
            #expect(reader.flush(until: .after(seconds: 5)))
            let given = Double(exporter.seen.deadlines[0] - began) / 1e9
            #expect(given > least && given < most)
            reader.shutdown(until: .after(seconds: 5))
        }
    }
}

@Suite("An exporter of the program's own")
struct MetricExporterTests {
    @Test("gets collections as values, and changes again that it did not take")
    func values() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        let exporter = InMemoryExporter(temporality: .delta)
        let reader = PeriodicReader(registry, CollectingExporter(exporter), every: .seconds(600), timeout: .seconds(5))
        try #require(reader.start())
        counter.add(3)
        exporter.isFailing = true
        #expect(!reader.flush(until: .after(seconds: 5)))
        exporter.isFailing = false
        counter.add(4)
        #expect(reader.flush(until: .after(seconds: 5)))
        #expect(exporter.collections.map { $0["work"]?[[:]]?.int } == [7])
        counter.add(1)
        #expect(reader.shutdown(until: .after(seconds: 5)))
        #expect(exporter.collections.last?["work"]?[[:]]?.int == 1)
        #expect(exporter.isShutDown)
    }

    private final class Stubborn: MetricExporter {
        let calls = Waitable<[String]>([])
        let isReleased = Waitable(false)

        func note(_ call: String) { _ = calls.update { $0.append(call) } }

        func export(_ metrics: CollectedMetrics, timeout: Duration) -> Bool {
            note("export")
            _ = isReleased.wait(until: .after(seconds: 10)) { $0 }
            note("exported")
            return true
        }

        func shutdown() { note("shutdown") }
    }

    @Test("is told of the shutdown once and after its export, which the program does not wait for")
    func shutdownOrder() throws {
        let exporter = Stubborn()
        let reader = PeriodicReader(Registry(), CollectingExporter(exporter), every: .milliseconds(1), timeout: .zero)
        try #require(reader.start())
        #expect(exporter.calls.wait(until: .after(seconds: 5)) { $0 == ["export"] })
        let began = vitals_monotonic_nanoseconds()
        #expect(!reader.shutdown(until: .after(milliseconds: 100)))
        #expect(vitals_monotonic_nanoseconds() - began < 1_000_000_000)
        #expect(exporter.calls.update { $0 } == ["export"])
        _ = exporter.isReleased.update { $0 = true }
        #expect(exporter.calls.wait(until: .after(seconds: 5)) { $0 == ["export", "exported", "shutdown"] })
    }

    @Test("may flush and shut down itself, without waiting for itself")
    func fromItsOwnThread() throws {
        let held = Locked<PeriodicReader?>(nil)
        let answers = Waitable<[Bool]>([])
        let exporter = ScriptedExporter { number, _, _ in
            guard number == 1, let reader = held.withLock({ $0 }) else { return true }
            let began = vitals_monotonic_nanoseconds()
            let isFlushed = reader.flush(until: .after(seconds: 3))
            let isShutDown = reader.shutdown(until: .after(seconds: 3))
            let isQuick = vitals_monotonic_nanoseconds() - began < 1_000_000_000
            _ = answers.update { $0 = [isFlushed, isShutDown, isQuick] }
            return true
        }
        let reader = PeriodicReader(Registry(), exporter, every: .milliseconds(50), timeout: .seconds(5))
        held.withLock { $0 = reader }
        try #require(reader.start())
        #expect(answers.wait(until: .after(seconds: 10)) { $0 == [false, false, true] })
        #expect(exporter.state.wait(until: .after(seconds: 5)) { $0.isShutDown && $0.exports == 2 })
        held.withLock { $0 = nil }
    }
}
