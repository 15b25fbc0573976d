import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

private struct Broken: Error {}

/// Callbacks that fail, hang, end or reach back into the registry.
@Suite struct CallbackTests {
    private let reader = InMemoryReader()
    private var meter: Meter { reader.meter() }

    @Test func aCallbackThatThrowsAffectsOnlyItself() {
        meter.observableGauge("before") { $0.observe(1) }
        meter.observableGauge("broken") { observer in
            observer.observe(1)
            throw Broken()
        }
        meter.observableGauge("behind") { $0.observe(1) }
        meter.counter("counter").add(1)
        let names = reader.collect().metrics.map(\.name)
        #expect(names == ["before", "behind", "counter"])
        #expect(reader.registry.context.dropped(.callback) == 1)
    }

    @Test func aCallbackThatThrowsIsAskedAgain() {
        let runs = Tally()
        meter.observableGauge("gauge") { observer in
            if runs.add() < 3 { throw Broken() }
            observer.observe(1)
        }
        #expect(reader.collect().isEmpty)
        #expect(reader.collect().isEmpty)
        #expect(reader.collect()["gauge"]?[[:]]?.number == 1)
    }

    @Test func aCallbackThatFailsOnceDoublesNoChange() {
        let delta = InMemoryReader(reader.registry, temporality: .delta)
        let total = Tally()
        let isBroken = Tally()
        meter.observableCounter("counter") { observer in
            if isBroken.count > 0 { throw Broken() }
            observer.observe(total.count)
        }
        var sum = 0
        for round in 1...9 {
            isBroken.set((4...6).contains(round) ? 1 : 0)
            total.set(round * 10)
            sum += delta.collect()["counter"]?.total ?? 0
        }
        #expect(sum == 90)
    }

    @Test func aCallbackThatFailsOnceKeepsTheStartOfTotals() {
        let clock = ManualClock()
        let reader = InMemoryReader(clock: clock.clock)
        let isBroken = Tally()
        reader.meter().observableCounter("counter") { observer in
            if isBroken.count > 0 { throw Broken() }
            observer.observe(5)
        }
        for round in 1...6 {
            clock.advance(by: .seconds(10))
            isBroken.set(round == 3 || round == 4 ? 1 : 0)
            let point = reader.collect()["counter"]?[[:]]
            #expect(point?.start == (isBroken.count > 0 ? nil : at(0)))
        }
    }

    @Test func aCallbackThatHangsIsCutAtTheDeadline() throws {
        let registry = Registry()
        let meter = registry.meter("test")
        let runs = Tally()
        let mayReturn = Tally()
        let hasReturned = Tally()
        meter.counter("counter").add(1)
        meter.observableGauge("before") { $0.observe(1) }
        meter.observableGauge("slow") { observer in
            if runs.add() > 1 { return observer.observe(2) }
            observer.observe(1)
            _ = eventually { mayReturn.count > 0 }
            observer.observe(3)
            hasReturned.add()
        }
        let reader = MetricReader(registry)
        let clock = ContinuousClock()
        let began = clock.now
        let first = try reader.gather(timeout: .milliseconds(50))
        #expect(began.duration(to: clock.now) < .seconds(5))
        #expect(first.metrics.map(\.name) == ["before", "counter"])
        #expect(registry.context.dropped(.callback) == 1)
        // Not started again before it has come back; others are not kept waiting for it.
        let second = try reader.gather()
        #expect(second.metrics.map(\.name) == ["before", "counter"])
        #expect(runs.count == 1)
        mayReturn.add()
        #expect(eventually { hasReturned.count == 1 })
        #expect(eventually { (try? reader.gather())?["slow"]?[[:]]?.number == 2 })
    }

    @Test func theDeadlineOfTheRegistryIsUsedWithoutAnother() throws {
        var limits = Limits()
        limits.callbackTimeout = .milliseconds(30)
        let registry = Registry(limits: limits)
        let mayReturn = Tally()
        registry.meter("test").observableGauge("slow") { _ in _ = eventually { mayReturn.count > 0 } }
        let clock = ContinuousClock()
        let began = clock.now
        _ = try MetricReader(registry).gather()
        #expect(began.duration(to: clock.now) < .seconds(5))
        mayReturn.add()
    }

    @Test func noTimeAtAllStillReportsWhatWasRecorded() throws {
        let registry = Registry()
        registry.meter("test").counter("counter").add(1)
        registry.meter("test").observableGauge("gauge") { _ in pause(milliseconds: 20) }
        let reader = MetricReader(registry)
        for timeout in [Duration.zero, .seconds(-1)] {
            #expect(try reader.gather(timeout: timeout)["counter"]?[[:]]?.int == 1)
        }
    }

    @Test func cancelEndsItAndItsSeries() {
        let runs = Tally()
        let gauge = meter.observableGauge("gauge") { observer in
            runs.add()
            observer.observe(1)
        }
        #expect(reader.collect()["gauge"] != nil)
        gauge.cancel()
        gauge.cancel()
        #expect(reader.collect().isEmpty)
        #expect(runs.count == 1)
        #expect(reader.registry.watches().isEmpty)
    }

    @Test func cancelWhileItRunsIsSafe() {
        let meter = meter
        let watches = Mutex<[Watch]>([])
        for number in 0..<20 {
            let gauge = meter.observableGauge("gauge.\(number)")
            let watch = meter.observe(gauge) { observer in
                watches.withLock { $0 }.forEach { $0.cancel() }
                observer.observe(gauge, 1)
            }
            watches.withLock { $0.append(watch) }
        }
        #expect(reader.collect().metrics.count == 1)
        #expect(reader.collect().isEmpty)
    }

    @Test func cancelAndRegisterOnOtherThreadsWhileReadersCollect() {
        let reader = reader
        let meter = meter
        let crew = Crew.start(4) { number in
            for _ in 0..<200 {
                if number < 2 {
                    meter.observableGauge("gauge.\(number)") { $0.observe(1) }.cancel()
                } else {
                    _ = reader.collect()
                }
            }
        }
        #expect(crew.join())
        #expect(reader.collect().isEmpty)
        #expect(reader.registry.watches().isEmpty)
    }

    @Test func aCallbackMayRecordAndDeclare() {
        let meter = meter
        let counter = meter.counter("counter")
        let runs = Tally()
        meter.observableGauge("gauge") { observer in
            let run = runs.add()
            counter.add(1)
            counter.add(1, ["run": .int(run)])
            counter.remove(["run": .int(run - 1)])
            meter.histogram("sizes.\(run)").record(1)
            meter.observableGauge("inner.\(run)") { $0.observe(1) }
            observer.observe(run)
        }
        let first = reader.collect()
        #expect(first["gauge"]?[[:]]?.number == 1)
        #expect(first["counter"]?.byLabels == ["{}": 1, "{run=1}": 1])
        #expect(first["sizes.1"] != nil)
        let second = reader.collect()
        #expect(second["inner.1"]?[[:]]?.number == 1)
        #expect(second["counter"]?.byLabels == ["{}": 2, "{run=2}": 1])
    }

    @Test func aCallbackMayCollectAnotherReader() {
        let other = InMemoryReader(reader.registry)
        let depth = Tally()
        meter.counter("counter").add(1)
        meter.observableCounter("seen") { observer in
            guard depth.add() == 1 else { return observer.observe(7) }
            observer.observe(Int(other.counter("counter") ?? -1))
        }
        #expect(reader.collect()["seen"]?[[:]]?.int == 1)
    }

    @Test func readersThatCollectAtTheSameTimeEachGetTheirObservations() {
        let reader = reader
        let missing = Tally()
        meter.observableGauge("gauge") { observer in
            pause(milliseconds: 1)
            observer.observe(1)
        }
        let crew = Crew.start(3) { _ in
            let mine = InMemoryReader(reader.registry)
            for _ in 0..<30 where mine.collect()["gauge"] == nil { missing.add() }
        }
        #expect(crew.join())
        #expect(missing.count == 0)
    }
}
