import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct IdleExpiryTests {
    private let clock = ManualClock()

    private func reader(idle: Duration? = .seconds(60), views: [View] = []) -> InMemoryReader {
        var limits = Limits()
        limits.idleExpiry = idle
        return InMemoryReader(views: views, limits: limits, clock: clock.clock)
    }

    /// Collects every ten seconds.
    private func pass(_ seconds: Int, _ reader: InMemoryReader, _ during: () -> Void = {}) -> CollectedMetrics {
        for _ in 0..<(seconds / 10) {
            clock.advance(by: .seconds(10))
            during()
            _ = reader.collect()
        }
        return reader.collect()
    }

    @Test func withoutTheSettingNothingExpires() {
        let reader = reader(idle: nil)
        reader.meter().counter("counter").add(1, ["a": 1])
        #expect(pass(10_000, reader)["counter"]?.total == 1)
    }

    @Test func idleSeriesOfEveryRecordingKindExpire() {
        let reader = reader()
        let meter = reader.meter()
        meter.counter("counter").add(1, ["a": 1])
        meter.gauge("gauge").set(1, ["a": 1])
        meter.histogram("explicit", buckets: [1]).record(1, ["a": 1])
        meter.histogram("exponential", buckets: .exponential()).record(1, ["a": 1])
        #expect(pass(50, reader).metrics.count == 4)
        #expect(pass(30, reader).isEmpty)
    }

    @Test func upDownCountersNeverExpire() {
        let reader = reader(views: [View("viewed", idleExpiry: .seconds(1))])
        reader.meter().upDownCounter("level").add(3)
        reader.meter().upDownCounter("viewed").add(3)
        #expect(pass(1000, reader).metrics.map(\.name) == ["level", "viewed"])
    }

    @Test func seriesInUseStay() {
        let reader = reader()
        let meter = reader.meter()
        let counter = meter.counter("counter")
        let sizes = meter.histogram("sizes", buckets: .exponential())
        counter.add(1, ["a": 1])
        counter.add(1, ["a": 2])
        sizes.record(0, ["a": 1])
        let collected = pass(600, reader) {
            counter.add(1, ["a": 2])
            sizes.record(0, ["a": 1])
        }
        #expect(collected["counter"]?.byLabels == ["{a=2}": 61])
        #expect(collected["sizes"]?.points.first?.exponential?.zeroCount == 61)
    }

    @Test func settingAGaugeToTheSameValueIsActivity() {
        let reader = reader()
        let gauge = reader.meter().gauge("gauge")
        let kept = gauge.with(["a": 1])
        gauge.set(5, ["a": 2])
        let collected = pass(600, reader) { kept.set(5) }
        #expect(collected["gauge"]?.labels == [["a": 1]])
    }

    @Test func aViewSetsItsOwnExpiry() {
        let reader = reader(
            idle: nil, views: [View("short", idleExpiry: .seconds(20)), View("long", idleExpiry: .seconds(200))])
        for name in ["short", "long", "plain"] { reader.meter().counter(name).add(1, ["a": 1]) }
        #expect(pass(40, reader).metrics.map(\.name) == ["long", "plain"])
        #expect(pass(200, reader).metrics.map(\.name) == ["plain"])
    }

    @Test func aViewGoesBeforeTheRegistry() {
        let reader = reader(views: [View("long", idleExpiry: .seconds(3600))])
        reader.meter().counter("long").add(1, ["a": 1])
        #expect(pass(600, reader)["long"]?.total == 1)
    }

    @Test func aSeriesThatReturnsStartsAnew() {
        let reader = reader()
        let counter = reader.meter().counter("counter")
        counter.add(5, ["a": 1])
        #expect(pass(100, reader).isEmpty)
        counter.add(1, ["a": 1])
        let point = reader.collect()["counter"]?[["a": 1]]
        #expect(point?.int == 1)
        #expect(point?.start == at(100))
    }

    @Test func whatReadersOfChangesHaveNotSeenIsStillDelivered() {
        var limits = Limits()
        limits.idleExpiry = .seconds(60)
        let cumulative = InMemoryReader(limits: limits, clock: clock.clock)
        let delta = InMemoryReader(cumulative.registry, temporality: .delta)
        cumulative.meter().counter("counter").add(5, ["a": 1])
        #expect(pass(100, cumulative).isEmpty)
        #expect(delta.collect()["counter"]?[["a": 1]]?.int == 5)
        #expect(delta.collect().isEmpty)
    }

    @Test func expiredSeriesMakeRoomForOthers() {
        var limits = Limits()
        limits.idleExpiry = .seconds(60)
        limits.cardinality = 2
        let reader = InMemoryReader(limits: limits, clock: clock.clock)
        let counter = reader.meter().counter("counter")
        for label in 0..<4 { counter.add(1, ["label": .int(label)]) }
        #expect(reader.collect()["counter"]?.points.count == 3)
        _ = pass(100, reader)
        counter.add(1, ["label": 7])
        counter.add(1, ["label": 8])
        #expect(reader.collect()["counter"]?.byLabels == ["{label=7}": 1, "{label=8}": 1])
    }

    @Test func aClockThatGoesBackExpiresNothingEarly() {
        let reader = reader()
        reader.meter().counter("counter").add(1, ["a": 1])
        _ = pass(30, reader)
        clock.advance(by: .seconds(-3600))
        #expect(reader.collect()["counter"]?.total == 1)
        #expect(pass(20, reader)["counter"]?.total == 1)
    }
}
