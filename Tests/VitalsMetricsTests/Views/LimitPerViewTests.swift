import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

private let overflow: Attributes = ["otel.metric.overflow": true]

@Suite struct LimitPerViewTests {
    @Test func aViewSetsTheLimitOfItsStream() {
        var limits = Limits()
        limits.cardinality = 2
        let reader = InMemoryReader(
            views: [View("small", cardinalityLimit: 1), View("large", cardinalityLimit: 5)], limits: limits)
        for name in ["small", "large", "plain"] {
            let counter = reader.meter().counter(name)
            for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        }
        let collected = reader.collect()
        #expect(collected["small"]?[overflow]?.int == 3)
        #expect(collected["large"]?[overflow] == nil)
        #expect(collected["plain"]?[overflow]?.int == 2)
    }

    @Test func theLimitCountsWhatIsLeftAfterFiltering() {
        let reader = InMemoryReader(views: [View("counter", attributes: .only(["kept"]), cardinalityLimit: 2)])
        let counter = reader.meter().counter("counter")
        for number in 0..<100 { counter.add(1, ["kept": .int(number % 2), "dropped": .int(number)]) }
        #expect(reader.collect()["counter"]?.byLabels == ["{kept=0}": 50, "{kept=1}": 50])
        counter.add(7, ["kept": 2])
        #expect(reader.collect()["counter"]?[overflow]?.int == 7)
    }

    @Test func eachStreamOfAnInstrumentHasALimitOfItsOwn() {
        let reader = InMemoryReader(views: [
            View("counter", name: "narrow", cardinalityLimit: 1), View("counter", name: "wide", cardinalityLimit: 3),
        ])
        let counter = reader.meter().counter("counter")
        for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
        let kept = counter.with(["label": 9])
        kept.add(4)
        let collected = reader.collect()
        #expect(collected["narrow"]?.byLabels == ["{label=0}": 1, "{otel.metric.overflow=true}": 6])
        #expect(collected["wide"]?[overflow]?.int == 4)
        #expect(collected["wide"]?.points.count == 4)
    }

    @Test func aRaisedLimitLetsNewSeriesIn() {
        var limits = Limits()
        limits.cardinality = 1
        let reader = InMemoryReader(limits: limits)
        let counter = reader.meter().counter("counter")
        for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
        limits.cardinality = 2
        reader.registry.configure(views: [], limits: limits)
        for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
        #expect(
            reader.collect()["counter"]?.byLabels
                == ["{label=0}": 2, "{label=1}": 1, "{otel.metric.overflow=true}": 3])
    }

    @Test func aLoweredLimitTakesNothingAway() {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("counter")
        for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
        var limits = Limits()
        limits.cardinality = 1
        reader.registry.configure(views: [], limits: limits)
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        #expect(
            reader.collect()["counter"]?.byLabels
                == ["{label=0}": 2, "{label=1}": 2, "{label=2}": 2, "{otel.metric.overflow=true}": 1])
    }

    @Test func observedSetsBeyondTheLimitOverflowAndTheFirstKeepTheirPoint() {
        var limits = Limits()
        limits.cardinality = 2
        let reader = InMemoryReader(limits: limits)
        reader.meter().observableCounter("total") { observer in
            for label in 0..<5 { observer.observe(10 + label, ["label": .int(label)]) }
        }
        for _ in 0..<3 {
            #expect(
                reader.collect()["total"]?.byLabels
                    == ["{label=0}": 10, "{label=1}": 11, "{otel.metric.overflow=true}": 12 + 13 + 14])
        }
    }

    /// In a process of its own, because messages are limited in number and others log as well.
    @Test func overflowIsLoggedOnceForEachStream() async {
        await #expect(processExitsWith: .success) {
            let messages = Mutex<[String]>([])
            Diagnostics.handle { _, message in messages.withLock { $0.append(message) } }
            var limits = Limits()
            limits.cardinality = 1
            let reader = InMemoryReader(limits: limits)
            for name in ["first", "second"] {
                let counter = reader.meter().counter(name)
                for label in 0..<50 { counter.add(1, ["label": .int(label)]) }
                let handle = counter.with(["label": 51])
                for _ in 0..<50 { handle.add(1) }
                _ = reader.collect()
            }
            let logged = messages.withLock { $0 }
            #expect(logged.filter { $0.hasPrefix("first has reached its limit of 1") }.count == 1)
            #expect(logged.filter { $0.hasPrefix("second has reached its limit of 1") }.count == 1)
            #expect(logged.count == 2)
        }
    }

    @Test func overflowIsCountedForEachStream() {
        var limits = Limits()
        limits.cardinality = 1
        let reader = InMemoryReader(
            views: [View(InstrumentSelector(meterName: "vitals"), cardinalityLimit: 100)], limits: limits)
        reader.registry.observeItself()
        let first = reader.meter().counter("first")
        let second = reader.meter().counter("second")
        for label in 0..<6 { first.add(1, ["label": .int(label)]) }
        for label in 0..<3 { second.add(1, ["label": .int(label)]) }
        let collected = reader.collect()
        #expect(collected["vitals.stream.overflow"]?.byLabels == ["{metric.name=first}": 5, "{metric.name=second}": 2])
        #expect(collected["vitals.measurements.dropped"]?[["reason": "overflow"]]?.int == 7)
    }
}
