import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct LifetimeTests {
    @Test func instrumentsOutliveTheirRegistry() {
        var reader: InMemoryReader? = InMemoryReader()
        weak let registry = reader?.registry
        guard let meter = reader.map({ $0.meter() }) else { return }
        let work = Self.makeWork(meter)
        work()
        _ = reader?.collect()
        reader = nil
        // The meter still holds the registry, and work goes on.
        #expect(registry != nil)
        work()
    }

    @Test func recordingAfterTheRegistryIsGoneDoesNothing() {
        weak var gone: Registry?
        let (counter, work, gauge, family) = {
            let reader = InMemoryReader()
            gone = reader.registry
            let meter = reader.meter()
            let counter = meter.counter("orders")
            let gauge = meter.gauge("depth")
            let family = meter.counter("typed", by: .string("method"), .int("status"))
            let work = Self.makeWork(meter)
            #expect(counter.isEnabled)
            work()
            gauge.set(1)
            family["GET", 200].add(1)
            _ = reader.collect()
            return (counter, work, gauge, family)
        }()
        #expect(gone == nil)
        #expect(!counter.isEnabled)
        #expect(!gauge.isEnabled)
        for _ in 0..<3 {
            work()
            counter.add(1)
            counter.add(1, ["new": "labels"])
            counter.add(-1)
            counter.with(["bound": "late"]).add(1)
            gauge.set(2)
            gauge.set(2, ["new": "labels"])
            gauge.with([:]).set(3)
            family["GET", 200].add(1)
            family["NEW", 404].add(1)
        }
        #expect(!counter.remove([:]))
        #expect(counter.removeAll { _ in true } == 0)
        #expect(!family.remove("GET", 200))
        #expect(counter.name == "orders")
    }

    @Test func whatIsRecordedAfterTheRegistryIsGoneReachesNoOtherOne() {
        let stale = {
            let reader = InMemoryReader()
            let meter = reader.meter()
            let counter = meter.counter("orders")
            counter.add(1)
            let kept = (0..<20).map { counter.with(["number": .int($0)]) }
            for series in kept { series.add(1) }
            return kept
        }()
        let reader = InMemoryReader()
        let counter = reader.meter().counter("orders")
        for number in 0..<40 { counter.add(1, ["number": .int(number)]) }
        Crew.run(2) { _ in
            for series in stale { series.add(1000) }
        }
        for series in stale { series.add(1000) }
        let points = reader.collect()["orders"]?.points ?? []
        #expect(points.count == 40)
        #expect(points.allSatisfy { $0.int == 1 })
    }

    @Test func threadsMayRecordWhileTheirRegistryGoes() {
        for _ in 0..<20 {
            let work = {
                let reader = InMemoryReader()
                let work = Self.makeWork(reader.meter())
                work()
                return work
            }
            let one = work()
            let other = work()
            Crew.run(2) { _ in
                for _ in 0..<20 {
                    one()
                    other()
                }
            }
        }
    }

    @Test func aCancelledWatchStaysQuietAndMayBeCancelledAgain() {
        let reader = InMemoryReader()
        let gauge = reader.meter().observableGauge("pool.idle") { $0.observe(3) }
        #expect(reader.gauge("pool.idle") == 3)
        gauge.cancel()
        gauge.cancel()
        #expect(reader.gauge("pool.idle") == nil)
    }

    @Test func recordingThroughTheSharedMeterNeedsNoReader() {
        let counter = Meter.shared.counter("lifetime.shared")
        counter.add(1)
        let reader = InMemoryReader(.shared)
        #expect(reader.counter("lifetime.shared") == 1)
        counter.add(1)
        #expect(reader.counter("lifetime.shared") == 2)
    }

    /// Recording through every kind, without holding on to the meter.
    private static func makeWork(_ meter: Meter) -> @Sendable () -> Void {
        let counter = meter.counter("all.counter")
        let level = meter.upDownCounter("all.level", of: Double.self)
        let gauge = meter.gauge("all.gauge")
        let sizes = meter.histogram("all.sizes", buckets: [1, 2])
        let spread = meter.histogram("all.spread", of: Int.self, buckets: .exponential())
        let family = meter.histogram("all.family", by: .string("method"))
        let kept = family["kept"]
        return {
            counter.add(1)
            counter.add(1, ["a": "b"])
            level.add(-0.5)
            gauge.set(1)
            gauge.set(1, ["a": 1])
            sizes.record(1.5)
            spread.record(100, ["a": true])
            spread.record(.milliseconds(1))
            family["GET"].record(1)
            kept.record(2)
        }
    }
}
