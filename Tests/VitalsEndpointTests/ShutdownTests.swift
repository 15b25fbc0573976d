import Glibc
import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite(.serialized) struct ShutdownTests {
    @Test func scrapesInFlightAreAnswered() async throws {
        let gate = Gate()
        let serving = try Serving(render: { _, _ in
            gate.wait()
            return response("whole")
        })
        let port = serving.port
        let endpoint = serving.endpoint
        let scrape = Later { ask(port, "/metrics")?.text }
        #expect(await eventually { endpoint.scrapesInFlight == 1 })
        let stopping = Later { endpoint.shutdown() }
        #expect(await eventually { !Client(port).isConnected })
        gate.open()
        #expect(await scrape.get() == "whole")
        #expect(await stopping.get() != nil)
    }

    @Test func whatDoesNotFinishIsToldAndLeftBehind() async throws {
        let gate = Gate()
        let serving = try Serving(render: { _, _ in
            gate.wait()
            return response("late")
        })
        try serving.endpoint.route("GET", "/hangs") { _ in
            while true {
                try? await Task.sleep(for: .seconds(1))
                if Task.isCancelled { return .text("cancelled") }
            }
        }
        let port = serving.port
        let endpoint = serving.endpoint
        let scrape = Later { ask(port, "/metrics")?.status }
        let queued = Later { ask(port, "/metrics?name[]=a")?.status }
        let own = Later { ask(port, "/hangs")?.status }
        #expect(await eventually { endpoint.scrapesInFlight == 2 && endpoint.pendingRequests == 1 })
        let seconds = await elapsed { await onThread { endpoint.shutdown(timeout: .milliseconds(300)) } }
        #expect(seconds < soon + 1)
        #expect(await scrape.get() == 503)
        #expect(await queued.get() == 503)
        #expect(await own.get() == 503)
        gate.open()
    }

    @Test func severalShutdownsAreOne() async throws {
        let serving = try Serving()
        let endpoint = serving.endpoint
        let clients = (0..<20).map { _ in Client(serving.port) }
        for client in clients { #expect(await client.ask("/metrics")?.status == 200) }
        let stops = (0..<4).map { _ in Later { endpoint.shutdown() } }
        for stop in stops { #expect(await stop.get(seconds: 5) != nil) }
        endpoint.shutdown()
        for client in clients { #expect(await client.isEnded()) }
    }

    @Test func nothingIsLeft() async throws {
        weak var last: Server?
        func round() async throws {
            let serving = try Serving(page: "x") {
                $0.host = "localhost"
                $0.authentication = .init(users: ["a": AuthenticationTests.hash])
            }
            last = serving.endpoint.server
            #expect(await ask(serving.port, "/metrics")?.status == 401)
            #expect(await ask(serving.port, "/metrics", ["Authorization: Basic YTpi"])?.status == 401)
            #expect(await ask(serving.port, "/healthz")?.status == 200)
            serving.endpoint.shutdown()
        }
        try await round()
        // Each thread holds on to the server.
        #expect(await eventually { last == nil })
        // Other tests run meanwhile, so what 30 rounds would leave must be clearly more than they use.
        let before = openDescriptors()
        for _ in 0..<30 { try await round() }
        #expect(await eventually { last == nil })
        #expect(await eventually { openDescriptors() <= before + 10 })
    }

    @Test func anEndpointThatIsLetGoStops() async throws {
        var serving: Serving? = try Serving()
        let port = try #require(serving?.port)
        #expect(await ask(port, "/metrics")?.status == 200)
        serving = nil
        #expect(await eventually { !Client(port).isConnected })
    }
}
