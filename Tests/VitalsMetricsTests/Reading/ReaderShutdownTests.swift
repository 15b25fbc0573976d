import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct ReaderShutdownTests {
    @Test func aShutdownDoesNotWaitForACallbackThatHangs() throws {
        let registry = Registry(limits: Limits())
        let isRunning = Tally()
        _ = registry.meter("shop").observableGauge("slow") { _ in
            isRunning.add()
            vitals_sleep(2_000_000_000)
        }
        let reader = MetricReader(registry)
        let crew = Crew.start(1) { _ in try? reader.collect(timeout: .seconds(2)) { _ in } }
        #expect(eventually { isRunning.count > 0 })
        let began = vitals_monotonic_nanoseconds()
        reader.shutdown()
        #expect(vitals_monotonic_nanoseconds() - began < 1_000_000_000)
        #expect(throws: ReaderError.isShutDown) { try reader.collect { _ in } }
        #expect(crew.join())
    }

    @Test func collectingAfterShutdownIsRefusedWithAnErrorThatSaysWhatToDo() {
        let registry = Registry()
        let reader = MetricReader(registry)
        registry.meter("test").counter("counter").add(1)
        reader.shutdown()
        let error = #expect(throws: ReaderError.self) { _ = try reader.gather() }
        #expect(error.map { "\($0)".contains("make a new one") } == true)
    }

    @Test func shutdownTwiceIsShutdownOnce() throws {
        let registry = Registry()
        let first = MetricReader(registry, temporality: .delta)
        let second = MetricReader(registry, temporality: .delta)
        registry.meter("test").counter("counter").add(1)
        first.shutdown()
        first.shutdown()
        #expect(throws: ReaderError.self) { _ = try first.gather() }
        #expect(try second.gather()["counter"]?[[:]]?.int == 1)
    }

    @Test func acknowledgingAfterShutdownIsHarmless() throws {
        let reader = MetricReader(Registry(), temporality: .delta)
        _ = try reader.gather()
        reader.shutdown()
        reader.commit()
        reader.rollback()
        #expect(throws: ReaderError.self) { _ = try reader.gather() }
    }

    @Test func shutdownFromManyThreadsWhileOthersCollect() {
        let registry = Registry()
        let counter = registry.meter("test").counter("counter")
        let reader = MetricReader(registry, temporality: .delta)
        let refused = Tally()
        let crew = Crew.start(4) { number in
            for round in 0..<200 {
                counter.add(1, ["round": .int(round)])
                if number == 0, round == 100 { reader.shutdown() }
                do { _ = try reader.gather() } catch { refused.add() }
            }
            reader.shutdown()
        }
        #expect(crew.join())
        #expect(refused.count >= 99)
    }

    @Test func aReaderKeepsItsRegistryAlive() throws {
        weak var gone: Registry?
        var reader: MetricReader?
        let counter: Counter<Int>
        do {
            let registry = Registry()
            gone = registry
            reader = MetricReader(registry)
            counter = registry.meter("test").counter("counter")
        }
        counter.add(3)
        #expect(try reader?.gather()["counter"]?[[:]]?.int == 3)
        #expect(counter.isEnabled)
        reader = nil
        #expect(gone == nil)
    }

    @Test func instrumentsOfARegistryThatIsGoneRecordNowhere() {
        let counter: Counter<Int>
        let kept: Counter<Int>.Series
        let gauge: Gauge<Double>
        let sizes: Histogram<Double>
        let family: CounterFamily<Int, String>
        do {
            let meter = Registry().meter("test")
            counter = meter.counter("counter")
            kept = counter.with(["a": 1])
            gauge = meter.gauge("gauge")
            sizes = meter.histogram("sizes")
            family = meter.counter("family", by: .string("a"))
            kept.add(1)
            gauge.set(1)
            sizes.record(1)
            family["x"].add(1)
        }
        for _ in 0..<1000 {
            counter.add(1)
            kept.add(1)
            counter.add(1, ["b": 1])
            gauge.set(1)
            sizes.record(1)
            family["x"].add(1)
            family["y"].add(1)
        }
        #expect(!counter.isEnabled)
        #expect(!counter.remove(["a": 1]))
        #expect(counter.removeAll { _ in true } == 0)
    }

    @Test func aReaderThatIsLetGoNoLongerHoldsRemovedSeries() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("counter")
        let other = MetricReader(registry, temporality: .delta)
        var idle: MetricReader? = MetricReader(registry, temporality: .delta)
        #expect(idle != nil)
        counter.add(1, ["a": 1])
        counter.remove(["a": 1])
        #expect(try other.gather()["counter"]?.total == 1)
        other.commit()
        idle = nil
        #expect(try other.gather().isEmpty)
        let late = MetricReader(registry, temporality: .delta)
        #expect(try late.gather().isEmpty)
    }
}
