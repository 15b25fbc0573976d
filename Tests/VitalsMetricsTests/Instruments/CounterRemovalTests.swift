import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct CounterRemovalTests {
    let clock = ManualClock()
    let reader: InMemoryReader
    var meter: Meter { reader.meter() }

    init() {
        reader = InMemoryReader(clock: clock.clock)
    }

    @Test func aRemovedSeriesIsNoLongerReported() {
        let counter = meter.counter("orders")
        counter.add(1, ["tenant": "a"])
        counter.add(2, ["tenant": "b"])
        #expect(counter.remove(["tenant": "a"]))
        #expect(reader.collect()["orders"]?.points.count == 1)
        #expect(reader.counter("orders", ["tenant": "b"]) == 2)
    }

    @Test func aSeriesThatReturnsStartsAnewFromZero() {
        let counter = meter.counter("orders")
        counter.add(41, ["tenant": "a"])
        let before = reader.collect()["orders"]?[["tenant": "a"]]
        clock.advance(by: .seconds(10))
        counter.remove(["tenant": "a"])
        clock.advance(by: .seconds(10))
        counter.add(1, ["tenant": "a"])
        let after = reader.collect()["orders"]?[["tenant": "a"]]
        #expect(before?.int == 41)
        #expect(after?.int == 1)
        #expect(before?.start == clock.now - 20_000_000_000)
        #expect(after?.start == clock.now)
    }

    @Test func everyKindReturnsFromZero() {
        let level = meter.upDownCounter("level")
        let gauge = meter.gauge("gauge")
        let sizes = meter.histogram("sizes", buckets: [10])
        let spread = meter.histogram("spread", buckets: .exponential())
        for value in [5, 3] {
            level.add(value, ["a": 1])
            gauge.set(value, ["a": 1])
            sizes.record(value, ["a": 1])
            spread.record(value, ["a": 1])
            guard value == 5 else { continue }
            _ = reader.collect()
            #expect(level.remove(["a": 1]) && gauge.remove(["a": 1]))
            #expect(sizes.remove(["a": 1]) && spread.remove(["a": 1]))
            #expect(reader.collect().isEmpty)
        }
        #expect(reader.counter("level", ["a": 1]) == 3)
        #expect(reader.gauge("gauge", ["a": 1]) == 3)
        #expect(reader.histogram("sizes", ["a": 1])?.sum == 3)
        #expect(reader.histogram("sizes", ["a": 1])?.count == 1)
        #expect(reader.exponentialHistogram("spread", ["a": 1])?.count == 1)
        #expect(reader.exponentialHistogram("spread", ["a": 1])?.minimum == 3)
    }

    @Test func aHandleKeptAfterRemovalRecordsNowhereAndIsCounted() {
        let counter = meter.counter("orders")
        let kept = counter.with(["tenant": "a"])
        kept.add(5)
        counter.remove(["tenant": "a"])
        kept.add(7)
        kept.add(7)
        #expect(reader.collect()["orders"] == nil)
        #expect(SelfReport(reader).dropped("removed") == 2)
    }

    @Test func aHandleKeptAfterRemovalHarmsNoSuccessor() {
        let counter = meter.counter("orders")
        let gauge = meter.gauge("depth")
        let histogram = meter.histogram("sizes", buckets: [10])
        let keptCounter = counter.with(["tenant": "a"])
        let keptGauge = gauge.with(["tenant": "a"])
        let keptHistogram = histogram.with(["tenant": "a"])
        keptCounter.add(5)
        keptGauge.set(5)
        keptHistogram.record(5)
        counter.remove(["tenant": "a"])
        gauge.remove(["tenant": "a"])
        histogram.remove(["tenant": "a"])
        // Two collections, so that the slots are free again and taken by the next series.
        _ = reader.collect()
        _ = reader.collect()
        for tenant in ["a", "b", "c"] {
            counter.add(1, ["tenant": .string(tenant)])
            gauge.set(1, ["tenant": .string(tenant)])
            histogram.record(1, ["tenant": .string(tenant)])
        }
        for _ in 0..<3 {
            keptCounter.add(100)
            keptGauge.set(100)
            keptHistogram.record(100)
        }
        for tenant in ["a", "b", "c"] {
            #expect(reader.counter("orders", ["tenant": .string(tenant)]) == 1)
            #expect(reader.gauge("depth", ["tenant": .string(tenant)]) == 1)
            #expect(reader.histogram("sizes", ["tenant": .string(tenant)])?.sum == 1)
        }
        #expect(SelfReport(reader).dropped("removed") == 9)
    }

    @Test func theInstrumentsOwnHandleRevivesItsSeries() {
        let counter = meter.counter("orders")
        let gauge = meter.gauge("depth")
        counter.add(5)
        gauge.set(5)
        clock.advance(by: .seconds(1))
        #expect(counter.remove([:]))
        #expect(gauge.remove([:]))
        #expect(reader.collect().isEmpty)
        clock.advance(by: .seconds(1))
        counter.add(2)
        counter.add(1)
        gauge.set(3)
        let collected = reader.collect()
        #expect(collected["orders"]?[[:]]?.int == 3)
        #expect(collected["orders"]?[[:]]?.start == clock.now)
        #expect(collected["depth"]?[[:]]?.number == 3)
        #expect(SelfReport(reader).dropped("removed") == 0)
    }

    @Test func theInstrumentsOwnHandleRevivesItsSeriesAgainAndAgain() {
        let counter = meter.counter("orders")
        for round in 1...5 {
            counter.add(round)
            #expect(reader.counter("orders") == Double(round))
            #expect(counter.remove([:]))
            #expect(reader.counter("orders") == nil)
        }
    }

    @Test func removingWhatIsNotThereChangesNothing() {
        let counter = meter.counter("orders")
        counter.add(1, ["tenant": "a"])
        #expect(!counter.remove(["tenant": "b"]))
        #expect(!counter.remove(["tenant": 1]))
        #expect(!counter.remove([:]))
        #expect(counter.remove(["tenant": "a"]))
        #expect(!counter.remove(["tenant": "a"]))
    }

    @Test func removalFindsASeriesWhateverTheOrderOfItsLabels() {
        let counter = meter.counter("orders")
        counter.add(1, ["a": 1, "b": 2, "c": 3])
        #expect(counter.remove(["c": 3, "a": 0, "b": 2, "a": 1]))
        #expect(reader.collect()["orders"] == nil)
    }

    @Test func removingByAConditionRemovesThoseThatSatisfyIt() {
        let counter = meter.counter("orders")
        for number in 0..<10 { counter.add(number, ["number": .int(number), "tenant": "a"]) }
        let removed = counter.removeAll { labels in
            guard case .int(let number)? = labels["number"] else { return false }
            return number >= 4
        }
        #expect(removed == 6)
        #expect(reader.collect()["orders"]?.points.compactMap(\.int).sorted() == [0, 1, 2, 3])
    }

    @Test func removingAllCountsOnlySeriesThatWereThere() {
        let counter = meter.counter("orders")
        counter.add(1, ["tenant": "a"])
        counter.add(1, ["tenant": "b"])
        #expect(counter.removeAll { _ in true } == 2)
        #expect(counter.removeAll { _ in true } == 0)
        counter.add(1)
        #expect(counter.removeAll { _ in true } == 1)
    }

    @Test func aConditionMayItselfUseTheInstrument() {
        let counter = meter.counter("orders")
        for number in 0..<3 { counter.add(1, ["number": .int(number)]) }
        let removed = counter.removeAll { labels in
            counter.add(1, ["seen": labels["number"] ?? "none"])
            return counter.remove(labels)
        }
        // Whoever asks second finds the series gone.
        #expect(removed == 0)
        #expect(reader.collect()["orders"]?.points.allSatisfy { $0.attributes["seen"] != nil } == true)
    }

    @Test func removalMakesRoomUnderTheLimit() {
        var limits = Limits()
        limits.cardinality = 2
        let reader = InMemoryReader(limits: limits)
        let counter = reader.meter().counter("orders")
        counter.add(1, ["tenant": "a"])
        counter.add(1, ["tenant": "b"])
        counter.add(1, ["tenant": "c"])
        #expect(reader.counter("orders", ["otel.metric.overflow": true]) == 1)
        counter.remove(["tenant": "a"])
        counter.add(1, ["tenant": "c"])
        #expect(reader.counter("orders", ["tenant": "c"]) == 1)
        #expect(reader.counter("orders", ["otel.metric.overflow": true]) == 1)
    }
}
