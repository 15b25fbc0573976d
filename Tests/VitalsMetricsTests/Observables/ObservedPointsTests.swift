import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

/// What callbacks observe, by label.
private final class World: Sendable {
    private let values = Mutex<[Int: Int]>([:])

    subscript(label: Int) -> Int? {
        get { values.withLock { $0[label] } }
        set { values.withLock { $0[label] = newValue } }
    }

    func observe(_ observer: Observer<Int>) {
        for (label, value) in values.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            observer.observe(value, ["label": .int(label)])
        }
    }
}

@Suite struct ObservedPointsTests {
    private let clock = ManualClock()
    private let cumulative: InMemoryReader
    private let delta: InMemoryReader
    private let meter: Meter
    private let world = World()

    init() {
        cumulative = InMemoryReader(clock: clock.clock)
        delta = InMemoryReader(cumulative.registry, temporality: .delta)
        meter = cumulative.meter()
    }

    @Test func onlySetsSeenInTheLastCallbackAreReported() {
        meter.observableCounter("counter") { [world] in world.observe($0) }
        meter.observableUpDownCounter("level") { [world] in world.observe($0) }
        meter.observableGauge("gauge", of: Int.self) { [world] in world.observe($0) }
        world[1] = 10
        world[2] = 20
        for metric in cumulative.collect().metrics { #expect(metric.byLabels == ["{label=1}": 10, "{label=2}": 20]) }
        world[1] = nil
        world[3] = 30
        let second = cumulative.collect()
        #expect(second.metrics.count == 3)
        for metric in second.metrics { #expect(metric.byLabels == ["{label=2}": 20, "{label=3}": 30]) }
        world[2] = nil
        world[3] = nil
        #expect(cumulative.collect().isEmpty)
    }

    @Test func readersOfChangesGetTheDifferenceOfTotals() {
        meter.observableCounter("counter") { [world] in world.observe($0) }
        world[1] = 10
        #expect(delta.collect()["counter"]?.byLabels == ["{label=1}": 10])
        world[1] = 13
        world[2] = 5
        #expect(delta.collect()["counter"]?.byLabels == ["{label=1}": 3, "{label=2}": 5])
        #expect(delta.collect()["counter"]?.byLabels == ["{label=1}": 0, "{label=2}": 0])
        #expect(cumulative.collect()["counter"]?.byLabels == ["{label=1}": 13, "{label=2}": 5])
    }

    @Test func aTotalThatFallsHasBeenReset() {
        meter.observableCounter("counter") { [world] in world.observe($0) }
        world[1] = 100
        clock.advance(by: .seconds(10))
        _ = delta.collect()
        #expect(cumulative.collect()["counter"]?.points.first?.start == at(0))
        world[1] = 4
        clock.advance(by: .seconds(10))
        let change = delta.collect()["counter"]?.points.first
        #expect(change?.int == 4)
        #expect(change?.start == at(10))
        let total = cumulative.collect()["counter"]?.points.first
        #expect(total?.int == 4)
        #expect(total?.start == at(10))
        clock.advance(by: .seconds(10))
        world[1] = 6
        #expect(delta.collect()["counter"]?.points.first?.int == 2)
        #expect(cumulative.collect()["counter"]?.points.first?.start == at(10))
    }

    @Test func levelsMayFallWithoutAReset() {
        meter.observableUpDownCounter("level") { [world] in world.observe($0) }
        for value in [10, 4, -6] {
            world[1] = value
            clock.advance(by: .seconds(10))
            let point = delta.collect()["level"]?.points.first
            #expect(point?.int == value)
            #expect(point?.start == at(0))
        }
    }

    @Test func totalsOfDoublesAreSubtractedAsDoubles() {
        let value = Mutex(0.0)
        meter.observableCounter("seconds", of: Double.self) { observer in observer.observe(value.withLock { $0 }) }
        for (total, change) in [(1.5, 1.5), (4.0, 2.5), (4.0, 0.0), (0.25, 0.25)] {
            value.withLock { $0 = total }
            #expect(delta.collect()["seconds"]?[[:]]?.number == change)
        }
    }

    @Test func whatTheFirstCollectionSeesStartsWithTheInstrument() {
        clock.advance(by: .seconds(5))
        meter.observableCounter("counter") { [world] in world.observe($0) }
        world[1] = 1
        clock.advance(by: .seconds(5))
        #expect(cumulative.collect()["counter"]?.points.first?.start == at(5))
        #expect(delta.collect()["counter"]?.points.first?.start == at(5))
    }

    @Test func whatComesLaterStartsAtTheCollectionBefore() {
        meter.observableCounter("counter") { [world] in world.observe($0) }
        world[1] = 1
        clock.advance(by: .seconds(10))
        _ = cumulative.collect()
        world[2] = 1
        for second in [20, 30] {
            clock.advance(by: .seconds(10))
            let metric = cumulative.collect()["counter"]
            #expect(metric?.time == at(UInt64(second)))
            #expect(metric?[["label": 1]]?.start == at(0))
            #expect(metric?[["label": 2]]?.start == at(10))
        }
    }

    @Test func whatWasAwayStartsAnew() {
        meter.observableCounter("counter") { [world] in world.observe($0) }
        world[1] = 5
        for _ in 0..<2 {
            clock.advance(by: .seconds(10))
            _ = cumulative.collect()
        }
        world[1] = nil
        clock.advance(by: .seconds(10))
        #expect(cumulative.collect().isEmpty)
        world[1] = 7
        clock.advance(by: .seconds(10))
        let point = cumulative.collect()["counter"]?.points.first
        #expect(point?.int == 7)
        #expect(point?.start == at(30))
    }

    @Test func ofDuplicatesSumsAddAndGaugesKeepTheLast() {
        meter.observableCounter("counter") { observer in
            for value in [3, 4] { observer.observe(value, ["a": 1]) }
        }
        meter.observableUpDownCounter("level") { observer in
            for value in [3, -4] { observer.observe(value, ["a": 1]) }
        }
        meter.observableGauge("gauge", of: Int.self) { observer in
            for value in [3, 4, 1] { observer.observe(value, ["a": 1]) }
        }
        for _ in 0..<2 {
            let collected = cumulative.collect()
            #expect(collected["counter"]?.byLabels == ["{a=1}": 7])
            #expect(collected["level"]?.byLabels == ["{a=1}": -1])
            #expect(collected["gauge"]?.byLabels == ["{a=1}": 1])
        }
    }

    @Test func valuesThatNoAggregationHoldsAreIgnoredAndCounted() {
        let registry = cumulative.registry
        meter.observableCounter("counter", of: Double.self) { observer in
            for value in [Double.nan, .infinity, -1, 5] { observer.observe(value, ["a": 1]) }
        }
        meter.observableUpDownCounter("level", of: Double.self) { observer in
            for value in [-Double.infinity, .nan, -5] { observer.observe(value) }
        }
        meter.observableGauge("gauge") { $0.observe(.infinity) }
        let collected = cumulative.collect()
        #expect(collected["counter"]?[["a": 1]]?.number == 5)
        #expect(collected["level"]?[[:]]?.number == -5)
        #expect(collected["gauge"]?[[:]]?.number == .infinity)
        #expect(registry.context.dropped(.nan) == 2)
        #expect(registry.context.dropped(.infinite) == 2)
        #expect(registry.context.dropped(.negative) == 1)
    }

    @Test func anInstrumentThatTheCallbackDidNotDeclareIsIgnoredAndCounted() {
        let declared = meter.observableGauge("declared")
        let undeclared = meter.observableGauge("undeclared")
        meter.observe(declared) { observer in
            observer.observe(declared, 1)
            observer.observe(undeclared, 2)
        }
        #expect(cumulative.collect().metrics.map(\.name) == ["declared"])
        #expect(cumulative.registry.context.dropped(.conflict) == 1)
    }

    @Test func observingAfterTheCallbackGoesNowhere() {
        let escaped = Mutex<Observer<Int>?>(nil)
        meter.observableCounter("counter") { observer in
            observer.observe(1)
            escaped.withLock { $0 = observer }
        }
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 1)
        escaped.withLock { $0 }?.observe(100)
        #expect(cumulative.collect()["counter"]?[[:]]?.int == 1)
    }

    @Test func severalCallbacksOfOneInstrumentAddUp() {
        let first = meter.observableCounter("counter") { $0.observe(1, ["a": 1]) }
        meter.observableCounter("counter") { $0.observe(2, ["a": 2]) }
        meter.observe(first) { $0.observe(first, 4, ["a": 3]) }
        #expect(cumulative.collect()["counter"]?.byLabels == ["{a=1}": 1, "{a=2}": 2, "{a=3}": 4])
    }

    @Test func oneCallbackObservesSeveralInstrumentsTogether() {
        let used = meter.observableUpDownCounter("used")
        let free = meter.observableGauge("free", of: Int.self)
        let reads = meter.observableCounter("reads", of: Double.self)
        let runs = Tally()
        let watch = meter.observe(used, free, reads) { observer in
            let run = runs.add()
            observer.observe(used, run, ["disk": "a"])
            observer.observe(free, 100 - run)
            observer.observe(reads, Double(run) / 2)
        }
        let collected = cumulative.collect()
        #expect(collected["used"]?[["disk": "a"]]?.int == 1)
        #expect(collected["free"]?[[:]]?.int == 99)
        #expect(collected["reads"]?[[:]]?.number == 0.5)
        watch.cancel()
        #expect(cumulative.collect().isEmpty)
        #expect(runs.count == 1)
    }
}
