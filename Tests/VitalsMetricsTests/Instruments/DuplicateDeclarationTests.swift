import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct DuplicateDeclarationTests {
    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func theSameDeclarationGivesTheSameSeries() {
        for _ in 0..<3 {
            let counter = meter.counter("orders", unit: "{order}", description: "Orders accepted.")
            counter.add(1)
            counter.add(1, ["method": "card"])
        }
        #expect(reader.counter("orders") == 3)
        #expect(reader.counter("orders", ["method": "card"]) == 3)
        #expect(reader.collect().all("orders").count == 1)
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func namesThatDifferInCaseAreOneInstrumentInTheFirstSpelling() {
        meter.counter("requestCount").add(1)
        let second = meter.counter("RequestCount")
        second.add(1)
        meter.counter("requestcount").add(1)
        #expect(reader.counter("requestCount") == 3)
        #expect(reader.collect().metrics.count == 1)
        #expect(second.name == "requestCount")
        #expect(SelfReport(reader).conflicts == 2)
    }

    @Test func anotherKindIsReportedBesideTheFirst() {
        meter.counter("clash").add(1)
        for _ in 0..<3 { meter.upDownCounter("clash").add(-1) }
        let all = reader.collect().all("clash")
        #expect(all.map(\.kind) == [.monotonicSum, .sum])
        #expect(all.compactMap { $0[[:]]?.int } == [1, -3])
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test func everyPairOfKindsMayShareAName() {
        meter.counter("clash").add(1)
        meter.gauge("clash").set(2)
        meter.histogram("clash").record(3)
        meter.observableCounter("clash") { $0.observe(4) }
        meter.observableUpDownCounter("clash") { $0.observe(5) }
        meter.observableGauge("clash") { $0.observe(6) }
        let all = reader.collect().all("clash")
        #expect(all.count == 6)
        #expect(all.map { $0[[:]]?.number } == [1, 2, nil, 4, 5, 6])
        #expect(SelfReport(reader).conflicts == 5)
    }

    @Test func anotherUnitIsReportedBesideTheFirst() {
        meter.counter("clash", unit: "s").add(1)
        meter.counter("clash", unit: "S").add(2)
        meter.counter("clash").add(4)
        let all = reader.collect().all("clash")
        #expect(all.map(\.unit) == ["s", "S", ""])
        #expect(all.compactMap { $0[[:]]?.int } == [1, 2, 4])
        #expect(SelfReport(reader).conflicts == 2)
    }

    @Test func anotherKindOfNumberIsReportedBesideTheFirst() {
        meter.counter("clash").add(1)
        meter.counter("clash", of: Double.self).add(0.5)
        let all = reader.collect().all("clash")
        #expect(all.map { $0[[:]]?.value } == [.int(1), .double(0.5)])
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test func aContradictingDeclarationTakesTheFirstSpellingToo() {
        meter.counter("Clash").add(1)
        meter.gauge("clash").set(2)
        #expect(reader.collect().metrics.map(\.name) == ["Clash", "Clash"])
    }

    @Test func ofSeveralDescriptionsTheLongestIsReported() {
        for text in ["", "four", "twelve chars", "two", "", "no less than twenty two"] {
            meter.counter("described", description: text).add(1)
        }
        #expect(reader.counter("described") == 6)
        #expect(reader.collect()["described"]?.description == "no less than twenty two")
        #expect(reader.collect().metrics.count == 1)
    }

    @Test func aLongerDescriptionOutlivesLateViews() {
        meter.counter("described", description: "short").add(1)
        meter.counter("described", description: "much longer").add(1)
        reader.registry.configure(views: [View("other")])
        #expect(reader.collect()["described"]?.description == "much longer")
    }

    @Test func aViewsDescriptionStands() {
        let reader = InMemoryReader(views: [View("described", description: "By the view.")])
        let meter = reader.meter()
        meter.counter("described", description: "By the view.").add(1)
        meter.counter("described", description: "By the program, and much longer.").add(1)
        #expect(reader.collect()["described"]?.description == "By the view.")
    }

    @Test func ofSeveralBucketsTheFirstAreUsed() {
        meter.histogram("sizes", buckets: [1, 2]).record(5)
        meter.histogram("sizes", buckets: [10, 20, 30]).record(5)
        meter.histogram("sizes").record(5)
        #expect(reader.histogram("sizes")?.bounds == [1, 2])
        #expect(reader.histogram("sizes")?.buckets == [0, 0, 3])
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test func aNoteOnWordsIsMadeOnceHoweverOftenTheyAreSaid() {
        for _ in 0..<5 {
            meter.counter("orders", description: "one").add(1)
            meter.counter("Orders", description: "two").add(1)
            meter.histogram("sizes", buckets: [1]).record(1)
            meter.histogram("sizes", buckets: [2]).record(1)
        }
        // The spelling, the description, and the buckets.
        #expect(SelfReport(reader).conflicts == 3)
    }

    @Test func otherLabelsUnderOneNameAreWelcome() {
        meter.counter("requests", by: .string("method"), .int("status"))["GET", 200].add(1)
        meter.counter("requests", by: .string("route"), .string("method"))["/", "GET"].add(2)
        meter.counter("requests").add(4)
        #expect(reader.collect()["requests"]?.points.count == 3)
        #expect(reader.counter("requests", ["method": "GET", "status": 200]) == 1)
        #expect(reader.counter("requests", ["method": "GET", "route": "/"]) == 2)
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func instrumentsThatAViewGivesOneNameAreBothReported() {
        let reader = InMemoryReader(views: [View("first", name: "shared")])
        reader.meter().counter("first").add(1)
        reader.meter().counter("shared").add(2)
        let all = reader.collect().all("shared")
        #expect(all.compactMap { $0[[:]]?.int }.sorted() == [1, 2])
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test func thousandsOfInstrumentsAreDeclaredInNoTime() {
        let start = ContinuousClock.now
        for number in 0..<3000 { meter.counter("instrument.with.a.long.name.\(number)").add(1) }
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(reader.collect().metrics.count == 3000)
    }
}
