import Testing
import VitalsMetrics

@testable import VitalsPrometheus

@Suite struct ExposedNamesTests {
    @Test func aNameStaysWithWhoeverCameFirstAlsoIfAScrapeKnowsOfThemLater() {
        let registry = Registry(limits: Limits())
        let names = ExposedNames(registry, PrometheusOptions())
        let early = registry.directory()
        _ = registry.meter("z").counter("orders")
        // A scrape that began before the declaration.
        _ = names.names(in: early, .underscores)
        _ = registry.meter("a").gauge("orders.total")
        let late = registry.directory()
        let shown = zip(late.families, names.names(in: late, .underscores)).filter { $0.1 != nil }.map(\.0.name)
        #expect(shown == ["orders"])
    }
}
