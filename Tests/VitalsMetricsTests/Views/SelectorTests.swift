import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite struct SelectorTests {
    @Test(arguments: [
        ("*", "anything", true), ("http.requests", "http.requests", true), ("http.requests", "http.request", false),
        ("HTTP.Requests", "http.requests", true), ("http.*", "http.requests", true), ("http.*", "http.", true),
        ("http.*", "http", false), ("*.requests", "http.requests", true), ("*.requests", "http.requests.total", false),
        ("h*p.*s", "http.requests", true), ("h??p.requests", "http.requests", true),
        ("h?p.requests", "http.requests", false), ("http.requests?", "http.requests", false),
        ("**", "x", true), ("*?", "x", true), ("?*", "x", true), ("??", "x", false), ("", "x", false),
        ("http_requests", "http.requests", false), ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "xxcxxbxxaxx", false),
    ])
    func namesMatchByWildcards(pattern: String, name: String, expected: Bool) {
        let reader = InMemoryReader(views: [View(InstrumentSelector(name: pattern), description: "selected")])
        reader.meter().counter(name).add(1)
        #expect((reader.collect()[name]?.description == "selected") == expected)
    }

    /// The names of the instruments that the selector selects.
    private func selected(_ selector: InstrumentSelector) -> Set<String> {
        let reader = InMemoryReader(views: [View(selector, description: "selected")])
        let registry = reader.registry
        let first = registry.meter("first", version: "1.0", schemaURL: "https://example.com/1")
        let second = registry.meter("second", version: "2.0", schemaURL: "https://example.com/2")
        first.counter("counter", unit: .bytes).add(1)
        first.upDownCounter("level").add(1)
        first.gauge("gauge", unit: .seconds).set(1)
        second.histogram("histogram", unit: .seconds).record(1)
        second.observableCounter("observed.counter", unit: "{request}") { $0.observe(1) }
        second.observableUpDownCounter("observed.level") { $0.observe(1) }
        second.observableGauge("observed.gauge") { $0.observe(1) }
        let collected = reader.collect()
        #expect(collected.metrics.count == 7)
        return Set(collected.metrics.filter { $0.description == "selected" }.map(\.name))
    }

    @Test func withoutCriteriaEverythingMatches() {
        #expect(selected(InstrumentSelector()).count == 7)
        #expect(selected("*").count == 7)
    }

    @Test func kindsMatch() {
        #expect(selected(.init(kind: .counter)) == ["counter"])
        #expect(selected(.init(kind: .upDownCounter)) == ["level"])
        #expect(selected(.init(kind: .gauge)) == ["gauge"])
        #expect(selected(.init(kind: .histogram)) == ["histogram"])
        #expect(selected(.init(kind: .observableCounter)) == ["observed.counter"])
        #expect(selected(.init(kind: .observableUpDownCounter)) == ["observed.level"])
        #expect(selected(.init(kind: .observableGauge)) == ["observed.gauge"])
    }

    @Test func unitsMatch() {
        #expect(selected(.init(unit: .seconds)) == ["gauge", "histogram"])
        #expect(selected(.init(unit: "{request}")) == ["observed.counter"])
        #expect(selected(.init(unit: "S")) == [])
        #expect(selected(.init(unit: Unit.none)) == ["level", "observed.level", "observed.gauge"])
    }

    @Test func metersMatch() {
        #expect(selected(.init(meterName: "first")) == ["counter", "level", "gauge"])
        #expect(selected(.init(meterName: "third")) == [])
        #expect(selected(.init(meterVersion: "2.0")).count == 4)
        #expect(selected(.init(meterSchemaURL: "https://example.com/1")) == ["counter", "level", "gauge"])
    }

    @Test func allCriteriaMustHold() {
        #expect(selected(.init(name: "*", kind: .gauge, unit: .seconds, meterName: "first")) == ["gauge"])
        #expect(selected(.init(name: "gauge", kind: .counter)) == [])
        #expect(selected(.init(unit: .seconds, meterName: "second", meterVersion: "1.0")) == [])
        #expect(selected(.init(name: "observed.*", kind: .observableGauge)) == ["observed.gauge"])
    }
}
