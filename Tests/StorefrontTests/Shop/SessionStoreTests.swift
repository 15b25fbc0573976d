import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct SessionStoreTests {
    @Test func theDatabaseIsOnlyAskedOnce() async throws {
        let bench = Bench()
        let store = SessionStore(
            try bench.database(),
            telemetry: CacheTelemetry("sessions", system: "memory", meter: bench.meter, tracer: bench.tracer))
        for _ in 0..<3 { #expect(try await store.session(5)?.id == 5) }
        for _ in 0..<2 { #expect(try await store.session(100_000) == nil) }
        #expect(bench.counter("cache.lookups", ["cache.name": "sessions", "cache.result": "hit"]) == 2)
        #expect(bench.counter("cache.lookups", ["cache.name": "sessions", "cache.result": "miss"]) == 3)
        #expect(bench.exporter.spans.count { $0.name.hasPrefix("SELECT sessions") } == 3)
    }
}
