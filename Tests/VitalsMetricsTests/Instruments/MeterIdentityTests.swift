import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct MeterIdentityTests {
    let reader = InMemoryReader()

    private func meter(
        _ name: String = "m", _ version: String = "", _ schemaURL: String = "", _ attributes: Attributes = [:]
    ) -> Meter {
        reader.registry.meter(name, version: version, schemaURL: schemaURL, attributes: attributes)
    }

    @Test func metersWithTheSameIdentityAreOne() {
        for _ in 0..<2 {
            meter("m", "1", "https://schema", ["a": 1, "b": 2]).counter("orders").add(1)
            meter("m", "1", "https://schema", ["b": 2, "a": 0, "a": 1]).counter("orders").add(1)
        }
        #expect(reader.counter("orders") == 4)
        #expect(reader.collect().metrics.count == 1)
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func everyPartOfTheIdentityMakesAMeterDifferent() {
        let meters = [
            meter(), meter("M"), meter("m", "1"), meter("m", "2"), meter("m", "", "https://schema"),
            meter("m", "", "", ["a": 1]), meter("m", "", "", ["a": "1"]), meter("m", "1", "https://schema", ["a": 1]),
        ]
        for (number, meter) in meters.enumerated() { meter.counter("orders").add(number + 1) }
        let all = reader.collect().all("orders")
        #expect(all.count == meters.count)
        for (number, metric) in all.enumerated() {
            #expect(metric[[:]]?.int == number + 1)
            #expect(metric.scope == meters[number].scope)
        }
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func metersAreNamespacesForDeclarations() {
        meter("first").counter("name", unit: "s").add(1)
        meter("second").gauge("name", unit: "By").set(2)
        meter("third").histogram("NAME").record(3)
        #expect(reader.collect().metrics.map(\.scope.name) == ["first", "second", "third"])
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func aMeterWithoutANameWorks() {
        meter("").counter("orders").add(1)
        #expect(reader.counter("orders") == 1)
        #expect(reader.collect()["orders"]?.scope.name == "")
    }

    @Test func aMeterWithoutANumberForAnAttributeIsStillOneMeter() {
        for _ in 0..<3 { meter("m", "", "", ["ratio": .double(.nan)]).counter("orders").add(1) }
        #expect(reader.collect().all("orders").count == 1)
        #expect(reader.counter("orders") == 3)
    }

    @Test func registriesKnowNothingOfEachOther() {
        let other = InMemoryReader()
        reader.meter().counter("orders").add(1)
        other.meter().counter("orders").add(2)
        #expect(reader.counter("orders") == 1)
        #expect(other.counter("orders") == 2)
    }

    @Test func metricsAreReportedByMeterAndThenByName() {
        meter("z").counter("b").add(1)
        meter("a").counter("c").add(1)
        meter("z").counter("a").add(1)
        meter("z").counter("B.c").add(1)
        let names = reader.collect().metrics.map { "\($0.scope.name) \($0.name)" }
        #expect(names == ["z a", "z b", "z B.c", "a c"])
    }
}
