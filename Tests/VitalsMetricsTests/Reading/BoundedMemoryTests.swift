import Testing
import VitalsTesting

@testable import VitalsMetrics

/// What a program may do over and over must not fill its memory.
@Suite struct BoundedMemoryTests {
    @Test func refusedDeclarationsAreOneInstrumentANameAndThenOneForAll() {
        let reader = InMemoryReader()
        for number in 0..<3000 { reader.meter().counter("no such name \(number)").add(1) }
        #expect(reader.registry.state.withLock { $0.refused.count } <= 1001)
        #expect(reader.collect().isEmpty)
    }

    @Test func metersWithoutInstrumentsLeaveNothing() {
        var limits = Limits()
        limits.instruments = 1
        let registry = Registry(limits: limits)
        for number in 0..<1000 { registry.meter("meter", attributes: ["n": .int(number)]).counter("counter").add(1) }
        #expect(registry.state.withLock { $0.scopes.count } == 1)
    }

    @Test func cancelledCallbacksMakeRoom() {
        var limits = Limits()
        limits.callbacks = 10
        let reader = InMemoryReader(limits: limits)
        for _ in 0..<1000 { reader.meter().observableGauge("gauge") { $0.observe(1) }.cancel() }
        reader.meter().observableGauge("gauge") { $0.observe(2) }
        #expect(reader.gauge("gauge") == 2)
        #expect(reader.registry.state.withLock { $0.watches.count } <= 10)
    }

    @Test func removalsWithoutReadersOfChangesAreNoLoss() {
        let reader = InMemoryReader()
        reader.registry.observeItself()
        let counter = reader.meter().counter("counter")
        for number in 0..<10_000 {
            counter.add(1, ["n": .int(number)])
            counter.remove(["n": .int(number)])
        }
        #expect(reader.counter("vitals.measurements.dropped", ["reason": "removed"]) == 0)
        #expect(reader.collect()["counter"] == nil)
    }

    @Test func handlesToSeveralStreamsAreLetGoWithTheirSeries() {
        let reader = InMemoryReader(views: [View("counter", name: "one"), View("counter", name: "two")])
        let counter = reader.meter().counter("counter")
        for number in 0..<2000 {
            counter.with(["n": .int(number)]).add(1)
            counter.remove(["n": .int(number)])
        }
        counter.with(["n": 0]).add(5)
        #expect(reader.counter("one", ["n": 0]) == 5)
        #expect(reader.counter("two", ["n": 0]) == 5)
    }
}
