import CVitals
import Testing

@testable import VitalsMetrics

@Suite("A periodic reader in trouble")
struct TroubledReaderTests {
    private let registry = Registry()

    private func reader(
        _ exporter: ScriptedExporter, every interval: Duration = .seconds(600), timeout: Duration = .seconds(5)
    ) throws -> PeriodicReader {
        let reader = PeriodicReader(registry, exporter, every: interval, timeout: timeout)
        try #require(reader.start())
        return reader
    }

    @Test("goes on after exports that used up their time, and loses nothing of them")
    func timedOut() throws {
        let counter = registry.meter("test").counter("work")
        counter.add(3)
        let exporter = ScriptedExporter { number, deadline, state in
            if number < 3 { _ = state.wait(until: deadline) { $0.isCancelled } }
            return number >= 3
        }
        let reader = try reader(exporter, every: .milliseconds(10), timeout: .milliseconds(50))
        #expect(exporter.state.wait(until: .after(milliseconds: 5000)) { $0.total == 3 })
        counter.add(4)
        #expect(exporter.state.wait(until: .after(milliseconds: 5000)) { $0.total == 7 })
        reader.beginShutdown(until: .after(milliseconds: 5000))
        #expect(reader.waitForShutdown(until: .after(milliseconds: 5000)))
    }

    @Test("goes on after a callback that hangs, and exports what there is beside it")
    func hangingCallback() throws {
        let counter = registry.meter("test").counter("work")
        counter.add(2)
        let isOver = Waitable(false)
        let watch = registry.meter("test").observableGauge("slow") { observer in
            _ = isOver.wait(until: .after(milliseconds: 10_000)) { $0 }
            observer.observe(1)
        }
        let exporter = ScriptedExporter { _, _, _ in true }
        let reader = try reader(exporter, every: .milliseconds(10), timeout: .milliseconds(100))
        #expect(exporter.state.wait(until: .after(milliseconds: 5000)) { $0.exports >= 2 && $0.total == 2 })
        let began = vitals_monotonic_nanoseconds()
        reader.beginShutdown(until: .after(milliseconds: 500))
        _ = reader.waitForShutdown(until: .after(milliseconds: 500))
        #expect(vitals_monotonic_nanoseconds() - began < 1_000_000_000)
        _ = isOver.update { $0 = true }
        watch.cancel()
    }

    @Test("is flushed and shut down from many threads in time while an export hangs")
    func concurrent() throws {
        let exporter = ScriptedExporter { _, _, state in
            _ = state.wait(until: .after(milliseconds: 10_000)) { $0.isCancelled }
            return false
        }
        let reader = try reader(exporter, every: .milliseconds(1))
        #expect(exporter.state.wait(until: .after(milliseconds: 5000)) { $0.exports == 1 })
        let took = Waitable<[Double]>([])
        let answers = Waitable<[Bool]>([])
        for index in 0..<8 {
            _ = Worker("test") {
                let began = vitals_monotonic_nanoseconds()
                let deadline = began + 300_000_000
                let isDelivered: Bool
                if index < 4 {
                    isDelivered = reader.beginFlush().map { reader.waitForFlush($0, until: deadline) } ?? false
                } else {
                    reader.beginShutdown(until: deadline)
                    isDelivered = reader.waitForShutdown(until: deadline)
                }
                _ = answers.update { $0.append(isDelivered) }
                _ = took.update { $0.append(Double(vitals_monotonic_nanoseconds() - began) / 1e9) }
            }
        }
        #expect(took.wait(until: .after(milliseconds: 10_000)) { $0.count == 8 })
        #expect(took.update { $0.allSatisfy { $0 < 0.8 } } == true, "\(took.update { $0 } ?? [])")
        #expect(answers.update { $0 } == Array(repeating: false, count: 8))
        #expect(exporter.seen.isCancelled)
    }

    @Test("is shut down twice, and says the same again")
    func twice() throws {
        for isDelivered in [true, false] {
            let exporter = ScriptedExporter { _, _, _ in isDelivered }
            let reader = try reader(exporter)
            for _ in 0..<2 {
                reader.beginShutdown(until: .after(milliseconds: 5000))
                #expect(reader.waitForShutdown(until: .after(milliseconds: 5000)) == isDelivered)
            }
            #expect(exporter.seen.exports == 1)
            #expect(reader.beginFlush() == nil)
        }
    }

    @Test("asks callbacks a last time when it is shut down, before collecting is over")
    func lastCallback() throws {
        let level = Waitable(1)
        let watch = registry.meter("test").observableCounter("work") { $0.observe(level.update { $0 } ?? 0) }
        let exporter = ScriptedExporter { _, _, _ in true }
        let reader = try reader(exporter)
        _ = level.update { $0 = 42 }
        reader.beginShutdown(until: .after(milliseconds: 5000))
        #expect(reader.waitForShutdown(until: .after(milliseconds: 5000)))
        #expect(exporter.seen.total == 42)
        watch.cancel()
    }
}
