import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct RemovalTests {
    private let clock = ManualClock()
    private let cumulative: InMemoryReader
    private let delta: InMemoryReader
    private let meter: Meter

    init() {
        cumulative = InMemoryReader(clock: clock.clock)
        delta = InMemoryReader(cumulative.registry, temporality: .delta)
        meter = cumulative.meter()
    }

    @Test func aRemovedSeriesIsGoneForTotals() {
        let counter = meter.counter("counter")
        counter.add(1, ["a": 1])
        counter.add(2, ["a": 2])
        _ = cumulative.collect()
        #expect(counter.remove(["a": 1]))
        #expect(cumulative.collect()["counter"]?.labels == [["a": 2]])
    }

    @Test func removingWhatIsNotThereTellsSo() {
        let counter = meter.counter("counter")
        counter.add(1, ["a": 1])
        #expect(!counter.remove(["a": 2]))
        #expect(counter.remove(["a": 1]))
        #expect(!counter.remove(["a": 1]))
        #expect(!counter.remove([:]) || cumulative.collect()["counter"] == nil)
    }

    @Test func theRemainderIsDeliveredOnceToEachReaderOfChanges() {
        let other = InMemoryReader(cumulative.registry, temporality: .delta)
        let counter = meter.counter("counter")
        counter.add(5, ["a": 1])
        #expect(delta.collect()["counter"]?.total == 5)
        counter.add(2, ["a": 1])
        counter.remove(["a": 1])
        #expect(delta.collectWithoutCommit()["counter"]?[["a": 1]]?.int == 2)
        #expect(delta.collect()["counter"]?[["a": 1]]?.int == 2)
        #expect(delta.collect().isEmpty)
        #expect(other.collect()["counter"]?[["a": 1]]?.int == 7)
        #expect(other.collect().isEmpty)
        #expect(delta.collect().isEmpty)
        #expect(cumulative.collect().isEmpty)
    }

    @Test func remaindersOfHistogramsAreDelivered() {
        let explicit = meter.histogram("explicit", buckets: [1])
        let exponential = meter.histogram("exponential", buckets: .exponential())
        for _ in 0..<2 {
            explicit.record(2, ["a": 1])
            exponential.record(2, ["a": 1])
        }
        _ = delta.collect()
        explicit.record(0.5, ["a": 1])
        exponential.record(4, ["a": 1])
        explicit.removeAll { _ in true }
        exponential.removeAll { _ in true }
        let rest = delta.collect()
        #expect(rest["explicit"]?[["a": 1]]?.histogram?.buckets == [1, 0])
        #expect(rest["exponential"]?[["a": 1]]?.exponential?.count == 1)
        #expect(rest["exponential"]?[["a": 1]]?.exponential?.sum == 4)
        #expect(delta.collect().isEmpty)
    }

    @Test func aSeriesThatReturnsIsANewOne() {
        let counter = meter.counter("counter")
        counter.add(5, ["a": 1])
        clock.advance(by: .seconds(10))
        #expect(cumulative.collect()["counter"]?[["a": 1]]?.start == at(0))
        counter.remove(["a": 1])
        clock.advance(by: .seconds(10))
        counter.add(1, ["a": 1])
        clock.advance(by: .seconds(10))
        let point = cumulative.collect()["counter"]?[["a": 1]]
        #expect(point?.int == 1)
        #expect(point?.start == at(20))
    }

    @Test func changesOfASeriesThatReturnsAddUp() {
        let counter = meter.counter("counter")
        counter.add(5, ["a": 1])
        _ = delta.collect()
        counter.add(2, ["a": 1])
        counter.remove(["a": 1])
        counter.add(3, ["a": 1])
        let points = delta.collect()["counter"]?.points ?? []
        #expect(points.reduce(0) { $0 + ($1.int ?? 0) } == 5)
        #expect(points.allSatisfy { $0.attributes == ["a": 1] })
        counter.add(1, ["a": 1])
        #expect(delta.collect()["counter"]?.total == 1)
    }

    @Test func aHandleKeptAfterRemovalHarmsNobody() {
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1])
        kept.add(1)
        counter.remove(["a": 1])
        _ = cumulative.collect()
        counter.add(2, ["b": 1])
        counter.add(3, ["a": 1])
        for _ in 0..<10 { kept.add(100) }
        let metric = cumulative.collect()["counter"]
        #expect(metric?.byLabels == ["{a=1}": 3, "{b=1}": 2])
    }

    @Test func theInstrumentItselfStaysUsable() {
        let counter = meter.counter("counter")
        let gauge = meter.gauge("gauge")
        counter.add(5)
        gauge.set(5)
        #expect(counter.remove([:]))
        #expect(gauge.remove([:]))
        #expect(cumulative.collect().isEmpty)
        counter.add(1)
        counter.add(1)
        gauge.set(2)
        let collected = cumulative.collect()
        #expect(collected["counter"]?[[:]]?.int == 2)
        #expect(collected["gauge"]?[[:]]?.number == 2)
    }

    @Test func removeAllTellsHowMany() {
        let counter = meter.counter("counter")
        for label in 0..<10 { counter.add(1, ["label": .int(label)]) }
        let removed = counter.removeAll { attributes in
            if case .int(let label)? = attributes["label"] { label % 2 == 0 } else { false }
        }
        #expect(removed == 5)
        #expect(cumulative.collect()["counter"]?.points.count == 5)
        #expect(counter.removeAll { _ in true } >= 5)
        #expect(cumulative.collect().isEmpty)
    }

    @Test func familiesRemoveByTheirLabels() {
        let requests = meter.counter("requests", by: .string("method"), .int("status"))
        requests["GET", 200].add(1)
        requests["GET", 500].add(1)
        requests["PUT", 200].add(1)
        #expect(requests.remove("GET", 200))
        #expect(!requests.remove("GET", 200))
        #expect(requests.removeAll { $0["status"] == 500 } == 1)
        #expect(cumulative.collect()["requests"]?.labels == [["method": "PUT", "status": 200]])
        requests["GET", 200].add(7)
        #expect(cumulative.counter("requests", ["method": "GET", "status": 200]) == 7)
    }

    @Test func removalGoesThroughTheFilterOfAView() {
        let reader = InMemoryReader(views: [View("counter", attributes: .only(["a"]))])
        let counter = reader.meter().counter("counter")
        counter.add(1, ["a": 1, "b": 2])
        #expect(counter.remove(["a": 1, "b": 3]))
        #expect(reader.collect().isEmpty)
    }

    @Test func theCallerMayRecordWhileItDecides() {
        let counter = meter.counter("counter")
        counter.add(1, ["a": 1])
        let removed = counter.removeAll { attributes in
            counter.add(1, ["b": 1])
            return attributes == ["a": 1]
        }
        #expect(removed == 1)
        #expect(cumulative.collect()["counter"]?.labels == [["b": 1]])
    }

    @Test func aReaderThatNeverDeliversDoesNotKeepSeriesForEver() {
        let counter = meter.counter("counter")
        for label in 0..<10_000 {
            counter.add(1, ["label": .int(label)])
            counter.remove(["label": .int(label)])
        }
        let points = delta.collectWithoutCommit()["counter"]?.points.count ?? 0
        #expect(points > 0)
        #expect(points <= 4200)
    }
}
