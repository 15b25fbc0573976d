import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct InstrumentNameTests {
    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    static let legal = [
        "a", "Z", "a1", "http.server.request.duration", "a_b", "a-b", "a/b", "a.-_/", "CamelCase", "a..b",
        String(repeating: "n", count: 255),
    ]

    static let illegal = [
        "", "1a", ".a", "_a", "-a", "/a", " a", "a ", "a b", "a:b", "a\0", "a\n", "a{b}", "ä", "aä", "日本", "a+b", "a%",
        String(repeating: "n", count: 256), "a" + String(repeating: "é", count: 127),
    ]

    @Test(arguments: legal) func aLegalNameIsReported(_ name: String) {
        meter.counter(name).add(1)
        #expect(reader.counter(name) == 1)
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test(arguments: illegal) func anIllegalNameGivesAnInstrumentThatWorksButIsNotReported(_ name: String) {
        let counter = meter.counter(name)
        let family = meter.histogram(name, by: .string("a"))
        counter.add(1)
        counter.add(1, ["a": "b"])
        counter.with(["a": "b"]).add(1)
        counter.add(-1)
        family["b"].record(1)
        meter.gauge(name).set(.nan)
        #expect(!counter.isEnabled)
        #expect(!counter.remove([:]))
        #expect(!family.remove("b"))
        #expect(counter.name == name)
        #expect(reader.collect().isEmpty)
        let report = SelfReport(reader)
        // However often it is declared.
        #expect(report.conflicts == 1)
        #expect(report.dropped("removed") == 0)
    }

    @Test func anObservableWithAnIllegalNameIsNotReported() {
        let gauge = meter.observableGauge("not legal") { $0.observe(1) }
        #expect(reader.collect().isEmpty)
        gauge.cancel()
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test func aUnitIsTakenAsItIs() {
        let long = Unit(String(repeating: "u", count: 63))
        let units: [Unit] = ["", "s", "By", "{request}", "€", "🙂", long, "a b\n\"c\""]
        for (number, unit) in units.enumerated() {
            meter.counter("unit.\(number)", unit: unit).add(1)
            #expect(reader.collect()["unit.\(number)"]?.unit == unit)
        }
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func aDescriptionIsTakenAsItIs() {
        let long = String(repeating: "日本語\n\"\\", count: 400)
        meter.counter("described", description: long).add(1)
        #expect(reader.collect()["described"]?.description == long)
        meter.counter("undescribed").add(1)
        #expect(reader.collect()["undescribed"]?.description == "")
    }

    @Test func beyondTheLimitInstrumentsWorkButAreNotReported() {
        var limits = Limits()
        limits.instruments = 3
        let reader = InMemoryReader(limits: limits)
        let meter = reader.meter()
        let counters = (0..<5).map { meter.counter("counter.\($0)") }
        for counter in counters {
            counter.add(1)
            counter.add(1, ["a": "b"])
        }
        #expect(reader.collect().metrics.map(\.name) == ["counter.0", "counter.1", "counter.2"])
        #expect(counters.map(\.isEnabled) == [true, true, true, false, false])
        // What exists can still be had again, under the limit as before.
        meter.counter("counter.1").add(1)
        #expect(reader.counter("counter.1") == 2)
    }

    @Test func aLimitOfNoInstrumentsReportsNothing() {
        var limits = Limits()
        limits.instruments = 0
        let reader = InMemoryReader(limits: limits)
        reader.meter().counter("counter").add(1)
        #expect(reader.collect().isEmpty)
    }

    @Test func instrumentsAreEnabledUnlessAViewDropsThem() {
        let reader = InMemoryReader(views: [View("dropped", aggregation: .drop)])
        let dropped = reader.meter().counter("dropped")
        let kept = reader.meter().counter("kept")
        #expect(!dropped.isEnabled)
        #expect(kept.isEnabled)
        dropped.add(1)
        kept.add(1)
        #expect(reader.collect().metrics.map(\.name) == ["kept"])
        reader.registry.configure(views: [View("kept", aggregation: .drop)])
        #expect(dropped.isEnabled)
        #expect(!kept.isEnabled)
    }
}
