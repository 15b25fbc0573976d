import Testing
import VitalsMetrics

@testable import storefront

@Suite struct LoadGeneratorTests {
    @Test func everyRequestIsAccountedFor() async throws {
        let peer = try Peer { $0.target == "/api/users/nobody" ? .answer(status: 500) : .answer() }
        let load = try LoadGenerator(peer.address, rate: 2000, seed: 1)
        let running = Task { await load.run() }
        try await eventually { load.result.answered > 200 }
        load.stop()
        await running.value
        let result = load.result
        #expect(result.answered == peer.requests)
        #expect(result.failed > 0 && result.failed < result.answered / 10)
        #expect(result.unanswered == 0)
        load.shutdown()
    }

    @Test func whatCannotBeSentIsCounted() async throws {
        let peer = try Peer { _ in .silence }
        let load = try LoadGenerator(peer.address, rate: 10_000, seed: 1)
        let running = Task { await load.run() }
        try await eventually { load.result.skipped > 100 }
        load.shutdown()
        await running.value
        #expect(load.result.unanswered == LoadGenerator.limit)
        #expect(load.result.answered == 0)
    }
}
