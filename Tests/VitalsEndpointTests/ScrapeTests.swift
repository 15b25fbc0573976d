import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsEndpoint

@Suite struct ScrapeTests {
    private struct Failure: Error {}

    @Test func simultaneousScrapesShareARendering() async throws {
        let gate = Gate()
        let renders = Tally()
        let serving = try Serving(render: { request, _ in
            renders.add()
            if request.names == ["first"] { gate.wait() }
            return response("\(request.names)")
        })
        let port = serving.port
        let first = Later { ask(port, "/metrics?name[]=first")?.text }
        #expect(await eventually { renders.count == 1 })
        let others = (0..<6).map { _ in Later { ask(port, "/metrics?name[]=b")?.text } }
        let head = Later { ask(port, "HEAD", "/metrics?name[]=b")?.header("Content-Length") }
        let another = Later { ask(port, "/metrics?name[]=c")?.text }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 9 })
        gate.open()
        #expect(await first.get() == "[\"first\"]")
        for other in others { #expect(await other.get() == "[\"b\"]") }
        #expect(await head.get() == "5")
        #expect(await another.get() == "[\"c\"]")
        #expect(renders.count == 3)
        #expect(await eventually { serving.endpoint.scrapesInFlight == 0 })
    }

    @Test func beyondTheLimitScrapersAreAskedToComeAgain() async throws {
        let gate = Gate()
        let renders = Tally()
        let serving = try Serving({ $0.limits.scrapes = 2 }) { _, _ in
            renders.add()
            gate.wait()
            return response("x")
        }
        let port = serving.port
        let waiting = (0..<2).map { _ in Later { ask(port, "/metrics")?.status } }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 2 })
        let refused = try #require(await ask(port, "/metrics"))
        #expect(refused.status == 503)
        #expect(refused.header("Retry-After") == "1")
        gate.open()
        for one in waiting { #expect(await one.get() == 200) }
        #expect(await eventually { await ask(port, "/metrics")?.status == 200 })
        #expect(serving.rejected("scrapes") >= 1)
        #expect(await eventually { serving.count("vitals.scrapes", ["code": 503, "format": "none"]) >= 1 })
    }

    @Test func aClientThatWentAwayLeavesItsSlot() async throws {
        let gate = Gate()
        let serving = try Serving({ $0.limits.scrapes = 2 }) { request, _ in
            if request.names.isEmpty { gate.wait() }
            return response("x")
        }
        let port = serving.port
        let clients = [Client(port), Client(port)]
        for client in clients { client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 2 })
        for client in clients { client.close() }
        // A program that another test starts just then keeps their descriptors open for a moment.
        let next = Later {
            for _ in 0..<100 {
                let status = ask(port, "/metrics?name[]=a")?.status
                if status != 503 { return status }
                vitals_sleep(10_000_000)
            }
            return nil
        }
        #expect(await eventually { serving.rejected("client_gone") == 2 })
        gate.open()
        #expect(await next.get() == 200)
        #expect(await eventually { serving.endpoint.scrapesInFlight == 0 })
        #expect(serving.reader.counter("vitals.scrapes.in_flight") == 0)
    }

    @Test func aRendererThatThrowsIsAnErrorOfTheServer() async throws {
        let serving = try Serving(render: { _, _ in throw Failure() })
        let reply = try #require(await ask(serving.port, "/metrics"))
        #expect(reply.status == 500)
        #expect(!reply.text.contains("Failure"))
        #expect(reply.header("Content-Type") == "text/plain; charset=utf-8")
        #expect(await eventually { serving.count("vitals.scrapes", ["code": 500, "format": "none"]) == 1 })
    }

    @Test func theScrapersTimeoutReachesTheRenderer() async throws {
        let serving = try Serving(render: { _, timeout in
            response(timeout.map { "\(Double($0.nanoseconds) / 1e9)" } ?? "none")
        })
        func timeout(_ header: String) async -> Double? {
            await ask(serving.port, "/metrics", ["X-Prometheus-Scrape-Timeout-Seconds: \(header)"]).flatMap {
                Double($0.text)
            }
        }
        #expect(await ask(serving.port, "/metrics")?.text == "none")
        #expect(try (9.0...9.5).contains(#require(await timeout("10"))))
        #expect(try (0.6...0.9).contains(#require(await timeout("1.0"))))
        for bad in ["", "x", "-1", "0", "nan", "inf", "1e3", "0x10", "1 2", "999999999999", "1.2.3"] {
            #expect(await timeout(bad) == nil)
        }
    }

    @Test func theShortestTimeoutOfJoinedScrapesCounts() async throws {
        let gate = Gate()
        let renders = Tally()
        let serving = try Serving(render: { request, timeout in
            renders.add()
            if request.names == ["first"] { gate.wait() }
            return response(timeout.map { $0 < .seconds(5) ? "short" : "long" } ?? "none")
        })
        let port = serving.port
        _ = Later { ask(port, "/metrics?name[]=first") }
        #expect(await eventually { renders.count == 1 })
        let replies = ["100", "4", "50"].map { seconds in
            Later { ask(port, "/metrics", ["X-Prometheus-Scrape-Timeout-Seconds: \(seconds)"])?.text }
        }
        let tooLate = Later { ask(port, "/metrics", ["X-Prometheus-Scrape-Timeout-Seconds: 0.001"]) }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 5 })
        gate.open()
        for reply in replies { #expect(await reply.get() == "short") }
        let refused = (await tooLate.get()).flatMap { $0 }
        #expect(refused?.status == 503)
        #expect(refused?.text.contains("scrape timeout") == true)
    }

    @Test func theEndpointTellsOfItself() async throws {
        let serving = try Serving(render: { _, _ in response("12345") })
        let client = Client(serving.port)
        #expect(await client.ask("/metrics")?.text == "12345")
        #expect(await client.ask("HEAD", "/metrics")?.status == 200)
        #expect(await client.ask("POST", "/metrics")?.status == 405)
        #expect(await eventually { serving.count("vitals.scrapes", ["code": 200, "format": "text"]) == 2 })
        #expect(serving.count("vitals.scrape.bytes", ["format": "text", "encoding": "identity"]) == 5)
        #expect(serving.reader.histogram("vitals.scrape.duration")?.count == 2)
        #expect(serving.reader.counter("vitals.endpoint.connections") == 1)
        client.close()
        #expect(await eventually { serving.reader.counter("vitals.endpoint.connections") == 0 })
    }
}
