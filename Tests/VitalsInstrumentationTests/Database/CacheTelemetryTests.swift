import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

struct CacheTelemetryTests {
    private struct Lost: Error {}

    private func count(_ peer: borrowing TracedPeer, _ result: String) -> Double? {
        peer.reader.counter("cache.lookups", ["cache.name": "sessions", "cache.result": .string(result)])
    }

    private func labels(_ operation: String) -> Attributes {
        ["db.system.name": "redis", "db.namespace": "sessions", "db.operation.name": .string(operation)]
    }

    @Test func aLookUpIsAHitOrAMiss() async throws {
        let peer = TracedPeer()
        let cache = CacheTelemetry("sessions", system: "redis", port: 6379, meter: peer.meter, tracer: peer.tracer)
        #expect(cache.lookup { "value" } == "value")
        #expect(cache.lookup("HGET") { nil as Int? } == nil)
        let waited = await cache.lookup("MGET") { () async -> Int? in
            await Task.yield()
            return 1
        }
        #expect(waited == 1)
        #expect(count(peer, "hit") == 2)
        #expect(count(peer, "miss") == 1)
        #expect(peer.reader.collect()["cache.lookups"]?.unit == "{lookup}")
        #expect(peer.exporter.spans.map(\.name) == ["GET sessions", "HGET sessions", "MGET sessions"])
        #expect(peer.exporter.spans.map(\.kind) == [.client, .client, .client])
        #expect(peer.exporter.spans.first?.attributes == labels("GET"))
        #expect(
            Set(peer.labels("db.client.operation.duration")) == [labels("GET"), labels("HGET"), labels("MGET")])
    }

    @Test func aLookUpThatThrowsIsNeither() async {
        let peer = TracedPeer()
        let cache = CacheTelemetry("sessions", system: "redis", meter: peer.meter, tracer: peer.tracer)
        #expect(throws: Lost.self) { try cache.lookup { () throws -> Int? in throw Lost() } }
        await #expect(throws: Lost.self) {
            try await cache.lookup { () async throws -> Int? in
                await Task.yield()
                throw Lost()
            }
        }
        #expect((count(peer, "hit") ?? 0) == 0)
        #expect((count(peer, "miss") ?? 0) == 0)
        #expect(
            peer.labels("db.client.operation.duration") == [
                labels("GET").merging(["error.type": "VitalsInstrumentationTests.CacheTelemetryTests.Lost"])
            ])
    }

    @Test func whatIsPutIsNotALookUp() async throws {
        let peer = TracedPeer()
        let cache = CacheTelemetry(
            "sessions", system: "redis", address: "cache", port: 6380, meter: peer.meter, tracer: peer.tracer)
        cache.run("SET") {}
        await cache.run("DEL") { await Task.yield() }
        #expect((count(peer, "hit") ?? 0) + (count(peer, "miss") ?? 0) == 0)
        let server: Attributes = ["server.address": "cache", "server.port": 6380]
        #expect(
            Set(peer.labels("db.client.operation.duration"))
                == [labels("SET").merging(server), labels("DEL").merging(server)])
    }

    @Test func aCountCarriesTheSpanOfItsLookUp() throws {
        let peer = TracedPeer()
        let cache = CacheTelemetry("sessions", system: "redis", meter: peer.meter, tracer: peer.tracer)
        _ = cache.lookup { 1 }
        let labels: Attributes = ["cache.name": "sessions", "cache.result": "hit"]
        let point = try #require(peer.reader.collect()["cache.lookups"]?[labels])
        #expect(point.exemplars.map(\.context?.spanID) == peer.exporter.spans.map(\.context.spanID.value))
    }
}
