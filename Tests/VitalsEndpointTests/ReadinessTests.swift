import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite struct ReadinessTests {
    private struct Failure: Error, CustomStringConvertible {
        var description: String { "no\nconnection" }
    }

    @Test func failingChecksAreNamed() async throws {
        let serving = try Serving { $0.limits.readinessTimeout = .seconds(100) }
        #expect(await ask(serving.port, "/readyz")?.status == 200)
        try serving.endpoint.addReadinessCheck("database") { throw Failure() }
        try serving.endpoint.addReadinessCheck("cache") {}
        let reply = try #require(await ask(serving.port, "/readyz"))
        #expect(reply.status == 503)
        #expect(reply.text == "not ready\ndatabase\n")
        #expect(await ask(serving.port, "/healthz")?.text == "ok\n")
        try serving.endpoint.addReadinessCheck("database") {}
        #expect(await ask(serving.port, "/readyz")?.text == "ready\n")
    }

    @Test func aHangingCheckIsCutAndNotStartedAgain() async throws {
        let serving = try Serving { $0.limits.readinessTimeout = .milliseconds(100) }
        let started = Tally()
        let mayGo = Tally()
        try serving.endpoint.addReadinessCheck("slow") {
            started.add()
            // Deaf to cancellation.
            while mayGo.count == 0 { await Task.yield() }
        }
        let first = try #require(await ask(serving.port, "/readyz"))
        #expect(first.status == 503)
        #expect(first.text == "not ready\nslow\n")
        let second = try #require(await ask(serving.port, "/readyz"))
        #expect(second.text == "not ready\nslow\n")
        #expect(started.count == 1)
        mayGo.add()
        #expect(await eventually { await ask(serving.port, "/readyz")?.status == 200 })
    }

    @Test func simultaneousRequestsShareARun() async throws {
        let serving = try Serving { $0.limits.readinessTimeout = .seconds(100) }
        let started = Tally()
        let mayGo = Tally()
        try serving.endpoint.addReadinessCheck("slow") {
            started.add()
            while mayGo.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        let port = serving.port
        let replies = (0..<5).map { _ in Later { ask(port, "/readyz")?.status } }
        #expect(await eventually { serving.endpoint.pendingRequests == 5 })
        mayGo.add()
        for reply in replies { #expect(await reply.get() == 200) }
        #expect(started.count == 1)
    }
}
