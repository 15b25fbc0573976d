import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct DeltaTests {
    private let clock = ManualClock()
    private let reader: InMemoryReader

    init() {
        reader = InMemoryReader(temporality: .delta, clock: clock.clock)
    }

    @Test func withoutAMeasurementThereIsNoPoint() {
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let explicit = meter.histogram("explicit", buckets: [1])
        let exponential = meter.histogram("exponential", buckets: .exponential())
        _ = meter.counter("unused")
        counter.add(2)
        explicit.record(2)
        exponential.record(2)
        #expect(reader.collect().metrics.map(\.name) == ["counter", "explicit", "exponential"])
        #expect(reader.collect().isEmpty)
        counter.add(3)
        let third = reader.collect()
        #expect(third.metrics.map(\.name) == ["counter"])
        #expect(third["counter"]?[[:]]?.int == 3)
    }

    @Test func onlySeriesWithMeasurementsHaveAPoint() {
        let counter = reader.meter().counter("counter")
        counter.add(1, ["a": 1])
        counter.add(1, ["a": 2])
        #expect(reader.collect()["counter"]?.points.count == 2)
        counter.add(4, ["a": 2])
        let points = reader.collect()["counter"]?.points ?? []
        #expect(points.map(\.attributes) == [["a": 2]])
        #expect(points.first?.int == 4)
    }

    @Test func addingZeroIsNoChangeOfASum() {
        let counter = reader.meter().counter("counter")
        counter.add(0)
        #expect(reader.collect()["counter"]?[[:]]?.int == 0)
        counter.add(0)
        #expect(reader.collect()["counter"] == nil)
    }

    @Test func recordingZeroIsAMeasurementOfAHistogram() {
        let sizes = reader.meter().histogram("sizes", buckets: [1, 2])
        sizes.record(0)
        _ = reader.collect()
        sizes.record(0)
        #expect(reader.collect()["sizes"]?[[:]]?.histogram?.buckets == [1, 0, 0])
    }

    @Test func theFirstStartIsTheCreationOfTheInstrument() {
        clock.advance(by: .seconds(10))
        let counter = reader.meter().counter("counter")
        clock.advance(by: .seconds(10))
        counter.add(1)
        clock.advance(by: .seconds(10))
        let metric = reader.collect()["counter"]
        #expect(metric?[[:]]?.start == at(10))
        #expect(metric?.time == at(30))
    }

    @Test func startsFollowCollectionsAlsoEmptyOnes() {
        let counter = reader.meter().counter("counter")
        counter.add(1)
        clock.advance(by: .seconds(10))
        _ = reader.collect()
        clock.advance(by: .seconds(10))
        #expect(reader.collect().isEmpty)
        clock.advance(by: .seconds(10))
        #expect(reader.collect().isEmpty)
        counter.add(1)
        clock.advance(by: .seconds(10))
        let metric = reader.collect()["counter"]
        #expect(metric?[[:]]?.start == at(30))
        #expect(metric?.time == at(40))
    }

    @Test func intervalsOfASeriesChainWithoutGaps() {
        let sizes = reader.meter().histogram("sizes")
        var end: UInt64?
        for _ in 0..<5 {
            sizes.record(1)
            clock.advance(by: .seconds(7))
            let metric = reader.collect()["sizes"]
            if let end { #expect(metric?[[:]]?.start == end) }
            end = metric?.time
        }
        #expect(end == at(35))
    }

    @Test func aSeriesThatIsNewLaterStartsAtTheCollectionBefore() {
        let counter = reader.meter().counter("counter")
        counter.add(1, ["a": 1])
        clock.advance(by: .seconds(10))
        _ = reader.collect()
        clock.advance(by: .seconds(5))
        counter.add(1, ["a": 1])
        counter.add(1, ["a": 2])
        clock.advance(by: .seconds(5))
        let metric = reader.collect()["counter"]
        #expect(metric?[["a": 1]]?.start == at(10))
        #expect(metric?[["a": 2]]?.start == at(10))
    }

    @Test func aClockThatGoesBackNeverPutsTheStartBehindTheEnd() {
        let counter = reader.meter().counter("counter")
        counter.add(1)
        clock.advance(by: .seconds(10))
        _ = reader.collect()
        clock.advance(by: .seconds(-5))
        counter.add(1)
        let metric = reader.collect()["counter"]
        #expect(metric?[[:]]?.int == 1)
        #expect((metric?[[:]]?.start ?? .max) <= (metric?.time ?? 0))
    }

    @Test func histogramsReportWhatCameSince() {
        let meter = reader.meter()
        let explicit = meter.histogram("explicit", buckets: [1, 10])
        let exponential = meter.histogram("exponential", buckets: .exponential(maxSize: 4))
        for value in [0.5, 5, 5, 50] {
            explicit.record(value)
            exponential.record(value)
        }
        _ = reader.collect()
        explicit.record(5)
        explicit.record(0.25)
        exponential.record(4)
        exponential.record(0)
        exponential.record(-4)
        let collected = reader.collect()
        let first = collected["explicit"]?[[:]]?.histogram
        #expect(first?.buckets == [1, 1, 0])
        #expect(first?.count == 2)
        #expect(first?.sum == 5.25)
        let second = collected["exponential"]?[[:]]?.exponential
        #expect(second?.count == 3)
        #expect(second?.zeroCount == 1)
        #expect(second?.positive.counts.reduce(0, +) == 1)
        #expect(second?.negative.counts.reduce(0, +) == 1)
        #expect(second?.sum == 0)
    }

    @Test func exponentialChangesSurviveALossOfResolution() {
        let sizes = reader.meter().histogram("sizes", buckets: .exponential(maxSize: 4))
        for _ in 0..<3 { sizes.record(1.5) }
        #expect(reader.collect()["sizes"]?[[:]]?.exponential?.scale == 20)
        sizes.record(1e6)
        let change = reader.collect()["sizes"]?[[:]]?.exponential
        #expect(change?.count == 1)
        #expect(change?.positive.counts == [1])
        #expect(change?.sum == 1e6)
        #expect((change?.scale ?? 20) < 0)
        sizes.record(1.5)
        #expect(reader.collect()["sizes"]?[[:]]?.exponential?.positive.counts == [1])
    }

    @Test func whatConcurrentThreadsAddLandsInExactlyOneInterval() {
        let counter = reader.meter().counter("counter")
        let sizes = reader.meter().histogram("sizes", buckets: [1])
        let crew = Crew.start(4) { _ in
            for _ in 0..<20_000 {
                counter.add(1)
                sizes.record(2)
            }
        }
        var sum = 0
        var count: UInt64 = 0
        func take() {
            let collected = reader.collect()
            sum += collected["counter"]?.total ?? 0
            count += collected["sizes"]?[[:]]?.histogram?.count ?? 0
        }
        for _ in 0..<50 { take() }
        #expect(crew.join())
        take()
        #expect(sum == 80_000)
        #expect(count == 80_000)
    }
}
