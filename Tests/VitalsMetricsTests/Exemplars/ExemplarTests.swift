import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// The supplier belongs to the process: every test that installs one is here, one after the other, and the supplier
/// knows only the span of the test that asks.
@Suite(.serialized) struct ExemplarTests {
    @TaskLocal private static var span: ExemplarContext?

    private static let sampled = ExemplarContext(traceID: (1, 2), spanID: 3, flags: 1)
    private static let unsampled = ExemplarContext(traceID: (1, 2), spanID: 4, flags: 0)

    private let clock = ManualClock()

    init() {
        ExemplarSource.install { Self.span }
    }

    private func within(_ span: ExemplarContext?, _ body: () -> Void) {
        Self.$span.withValue(span, operation: body)
    }

    private func reader(_ filter: ExemplarFilter?, views: [View] = [], _ temporality: Temporality = .cumulative)
        -> InMemoryReader
    {
        let reader = InMemoryReader(temporality: temporality, views: views, clock: clock.clock)
        if let filter { reader.registry.exemplarFilter = filter }
        clock.advance(by: .seconds(1))
        return reader
    }

    @Test func byDefaultMeasurementsInSampledSpansAreKept() {
        let reader = reader(nil)
        let counter = reader.meter().counter("counter")
        counter.add(1)
        within(Self.unsampled) { counter.add(2) }
        #expect(reader.collect()["counter"]?[[:]]?.exemplars == [])
        within(Self.sampled) { counter.add(4) }
        counter.add(8)
        let point = reader.collect()["counter"]?[[:]]
        #expect(point?.int == 15)
        #expect(point?.exemplars == [Exemplar(value: 4, time: at(1), attributes: [:], context: Self.sampled)])
    }

    @Test func whatTheLibraryCountsOfItselfLeavesNone() {
        let reader = reader(nil)
        let counter = reader.meter().counter("counter").with(["a": 1])
        let upDownCounter = reader.meter().upDownCounter("up.down.counter").with(["a": 1])
        within(Self.sampled) {
            // The first time takes another way than the second.
            for _ in 0..<2 {
                counter.addQuietly(1)
                upDownCounter.addQuietly(1)
            }
        }
        for name in ["counter", "up.down.counter"] {
            let point = reader.collect()[name]?[["a": 1]]
            #expect(point?.int == 2)
            #expect(point?.exemplars == [])
        }
        within(Self.sampled) { counter.add(1) }
        #expect(reader.collect()["counter"]?[["a": 1]]?.exemplars.count == 1)
    }

    @Test func alwaysOnKeepsThoseWithoutASpanToo() {
        let reader = reader(.alwaysOn)
        let counter = reader.meter().counter("counter")
        counter.add(2)
        #expect(reader.collect()["counter"]?[[:]]?.exemplars.map(\.context) == [nil])
        within(Self.unsampled) { counter.add(4) }
        let exemplars = reader.collect()["counter"]?[[:]]?.exemplars
        #expect(exemplars?.map(\.value) == [4])
        #expect(exemplars?.first?.context == Self.unsampled)
    }

    @Test func alwaysOffKeepsNone() {
        let reader = reader(.alwaysOff)
        let counter = reader.meter().counter("counter")
        within(Self.sampled) { counter.add(4) }
        #expect(reader.collect()["counter"]?[[:]]?.exemplars == [])
    }

    @Test func everyDoorOffersThem() {
        let reader = reader(.traceBased)
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let kept = counter.with(["a": 1])
        let family = meter.counter("family", by: .string("a"))
        let sizes = meter.histogram("sizes", buckets: [1])
        kept.add(1)
        for _ in 0..<2 {
            within(Self.sampled) {
                kept.add(1)
                counter.add(1, ["a": 2])
                family["x"].add(1)
                sizes.record(1)
            }
        }
        for metric in reader.collect().metrics {
            for point in metric.points { #expect(point.exemplars.map(\.context) == [Self.sampled]) }
        }
    }

    @Test func notANumberIsNoExemplar() {
        let reader = reader(.alwaysOn)
        let gauge = reader.meter().gauge("gauge")
        let sizes = reader.meter().histogram("sizes", buckets: [1])
        gauge.set(.nan)
        sizes.record(.nan)
        sizes.record(.infinity)
        sizes.record(0.5)
        let collected = reader.collect()
        #expect(collected["gauge"]?[[:]]?.exemplars == [])
        #expect(collected["sizes"]?[[:]]?.exemplars.map(\.value) == [0.5])
    }

    @Test func eachBucketOfAHistogramKeepsOne() {
        let reader = reader(.traceBased)
        let sizes = reader.meter().histogram("sizes", buckets: [1, 10, 100])
        within(Self.sampled) {
            for value in [0.5, 1, 5, 7, 10, 500, 1000] { sizes.record(value) }
        }
        #expect(reader.collect()["sizes"]?[[:]]?.exemplars.map(\.value) == [1, 10, 1000])
    }

    @Test func exponentialHistogramsKeepUpToTwenty() {
        let reader = reader(.traceBased)
        let sizes = reader.meter().histogram("sizes", buckets: .exponential())
        let small = reader.meter().histogram("small", buckets: .exponential(maxSize: 4))
        within(Self.sampled) {
            for value in 1...100 {
                sizes.record(value)
                small.record(value)
            }
        }
        let collected = reader.collect()
        #expect(Set(collected["sizes"]?[[:]]?.exemplars.map(\.value) ?? []).count == 20)
        #expect(collected["small"]?[[:]]?.exemplars.count == 4)
    }

    @Test func attributesThatAViewDropsAreKeptWithTheExemplar() {
        let reader = reader(.traceBased, views: [View("counter", attributes: .only(["route"]))])
        let counter = reader.meter().counter("counter")
        within(Self.sampled) { counter.add(1, ["route": "/a", "user": 7, "host": "h"]) }
        let point = reader.collect()["counter"]?[["route": "/a"]]
        #expect(point?.exemplars.map(\.attributes) == [["user": 7, "host": "h"]])
    }

    @Test func readersOfChangesSeeOnlyThoseOfTheInterval() {
        let reader = reader(.alwaysOn, .delta)
        let counter = reader.meter().counter("counter")
        clock.advance(by: .seconds(1))
        counter.add(1)
        clock.advance(by: .seconds(1))
        #expect(reader.collectWithoutCommit()["counter"]?[[:]]?.exemplars.map(\.value) == [1])
        #expect(reader.collect()["counter"]?[[:]]?.exemplars.map(\.value) == [1])
        clock.advance(by: .seconds(1))
        reader.registry.exemplarFilter = .alwaysOff
        counter.add(2)
        #expect(reader.collect()["counter"]?[[:]]?.exemplars == [])
        reader.registry.exemplarFilter = .alwaysOn
        clock.advance(by: .seconds(1))
        counter.add(3)
        #expect(reader.collect()["counter"]?[[:]]?.exemplars.map(\.value) == [3])
    }

    @Test func aReservoirOfOnesOwnDecides() {
        final class Largest: ExemplarReservoir {
            let kept = Mutex<Exemplar?>(nil)
            func offer(_ exemplar: Exemplar) {
                kept.withLock { if exemplar.value > $0?.value ?? -.infinity { $0 = exemplar } }
            }
            func collect() -> [Exemplar] { kept.withLock { $0.map { [$0] } ?? [] } }
        }
        let bounds = Mutex<[[Double]]>([])
        let choice = ReservoirChoice.custom { given in
            bounds.withLock { $0.append(given) }
            return Largest()
        }
        let reader = reader(
            .alwaysOn, views: [View("sizes", reservoir: choice), View("none", reservoir: .fixedSize(0))])
        let sizes = reader.meter().histogram("sizes", buckets: [1, 2])
        let none = reader.meter().counter("none")
        for value in [3, 9, 5] {
            sizes.record(value, ["a": 1])
            sizes.record(value, ["a": 2])
            none.add(value)
        }
        let collected = reader.collect()
        #expect(collected["sizes"]?.points.map { $0.exemplars.map(\.value) } == [[9], [9]])
        #expect(collected["none"]?[[:]]?.exemplars == [])
        #expect(collected["none"]?.total == 17)
        #expect(bounds.withLock { $0 } == [[1, 2], [1, 2]])
    }

    @Test func aSupplierThatKnowsNothingOrIsGoneBreaksNothing() {
        let reader = reader(.traceBased)
        let counter = reader.meter().counter("counter")
        ExemplarSource.install { nil }
        counter.add(1)
        ExemplarSource.install(nil)
        within(Self.sampled) { counter.add(1) }
        let point = reader.collect()["counter"]?[[:]]
        #expect(point?.int == 2)
        #expect(point?.exemplars == [])
    }

    @Test func aSeriesThatReturnsHasNoExemplarsOfItsForerunner() {
        let reader = reader(.alwaysOn)
        let counter = reader.meter().counter("counter")
        counter.add(1, ["a": 1])
        counter.remove(["a": 1])
        reader.registry.exemplarFilter = .alwaysOff
        counter.add(2, ["a": 1])
        #expect(reader.collect()["counter"]?[["a": 1]]?.exemplars == [])
    }
}
