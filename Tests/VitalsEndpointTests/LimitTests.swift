import CVitals
import Glibc
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsEndpoint

@Suite(.serialized) struct LimitTests {
    private func allowDescriptors(_ wanted: rlim_t) -> Bool {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < wanted else { return true }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit.rlim_cur >= wanted
    }

    private static func resident() -> Int {
        let pages = contents("/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }

    @Test func idleAndSlowConnectionsDoNotKeepAScraperOut() async throws {
        #expect(allowDescriptors(6000))
        let serving = try Serving()
        let port = serving.port
        var idle: [Client] = []
        for _ in 0..<2000 { idle.append(Client(port)) }
        let first = await elapsed { #expect(await ask(port, "/metrics")?.status == 200) }
        #expect(first < soon)
        let slow = (0..<200).map { _ in Client(port) }
        let request = Array("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: yes\r\n\r\n".utf8)
        for second in 0..<4 {
            for client in slow { client.send([request[second]]) }
            for _ in 0..<5 {
                let seconds = await elapsed { #expect(await ask(port, "/metrics")?.status == 200) }
                #expect(seconds < soon)
            }
            // A byte a second, and the server has a chance to be slow.
            await onThread { vitals_sleep(800_000_000) }
        }
        #expect(await eventually { serving.rejected("connections_per_address") >= 2000 })
        #expect((serving.reader.counter("vitals.endpoint.connections") ?? 0) <= 256)
    }

    @Test func theOldestIdleConnectionMakesRoom() async throws {
        let serving = try Serving {
            $0.limits.connections = 4
            $0.limits.connectionsPerAddress = 4
        }
        let clients = (0..<10).map { _ in Client(serving.port) }
        #expect(await ask(serving.port, "/metrics")?.status == 200)
        #expect(await clients[0].isEnded())
        #expect(await eventually { serving.rejected("connections_per_address") == 7 })
    }

    @Test func aConnectionThatIsServedIsNotCut() async throws {
        let gate = Gate()
        let serving = try Serving({
            $0.limits.connections = 2
            $0.limits.connectionsPerAddress = 2
        }) { _, _ in
            gate.wait()
            return response("x")
        }
        let port = serving.port
        let scrapes = (0..<2).map { _ in Later { ask(port, "/metrics")?.status } }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 2 })
        let third = Client(port)
        #expect(await third.isEnded())
        gate.open()
        for scrape in scrapes { #expect(await scrape.get() == 200) }
    }

    @Test func slowReadersGiveTheirSlotsUp() async throws {
        let big = String(repeating: "0123456789abcdef", count: 2_000_000)
        let serving = try Serving({ $0.limits.scrapes = 3 }) { request, _ in
            response(request.names.isEmpty ? "small" : big)
        }
        let port = serving.port
        let readers = (0..<3).map { _ in Client(port, receiveBuffer: 4096) }
        for reader in readers { reader.send("GET /metrics?name[]=big HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 3 })
        await onThread { vitals_sleep(1_200_000_000) }
        let seconds = await elapsed { #expect(await eventually { await ask(port, "/metrics")?.text == "small" }) }
        #expect(seconds < soon)
        #expect(serving.rejected("slow_reader") == 1)
        // Whoever was cut can tell that the answer is not whole.
        var cut = 0
        for reader in readers where await reader.reply()?.isCut == true { cut += 1 }
        #expect(cut == 1)
    }

    @Test func requestsThatDoNotArriveAreCut() async throws {
        let serving = try Serving {
            $0.limits.requestTimeout = .milliseconds(700)
            $0.limits.idleTimeout = .milliseconds(1500)
        }
        let silent = Client(serving.port)
        let header = Client(serving.port)
        let body = Client(serving.port)
        let kept = Client(serving.port)
        header.send("GET /metrics HTTP/1.1\r\nHost")
        body.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12")
        #expect(await kept.ask("/metrics")?.status == 200)
        #expect(await header.isEnded())
        #expect(await body.isEnded())
        #expect(await silent.isEnded())
        #expect(await kept.ask("/metrics")?.status == 200)
        #expect(await kept.isEnded())
        #expect(await eventually { serving.rejected("request_timeout") == 2 && serving.rejected("idle") == 2 })
    }

    @Test func answersThatAreNotFetchedAreCut() async throws {
        let big = String(repeating: "0123456789abcdef", count: 2_000_000)
        let serving = try Serving({ $0.limits.sendTimeout = .milliseconds(500) }) { _, _ in response(big) }
        let reader = Client(serving.port, receiveBuffer: 4096)
        reader.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { serving.rejected("send_timeout") == 1 })
        #expect(await eventually { serving.endpoint.scrapesInFlight == 0 })
        #expect(await reader.reply()?.isCut == true)
    }

    @Test func malformedRequestsLeaveNothing() async throws {
        let serving = try Serving()
        let port = serving.port
        var random = SystemRandomNumberGenerator()
        let long = String(repeating: "x", count: 40000)
        let heads = [
            "GET\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics HTTP/9.9\r\nHost: a\r\n\r\n",
            "GET /metrics HTTP/1.1\r\n\r\n", "GET /metrics HTTP/1.1\r\nno colon\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
            "GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /% HTTP/1.1\r\nHost: a\r\n\r\n", "GET /metrics?name[]=%FF HTTP/1.1\r\nHost: a\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\r\n\r\n", "GET /metr ics HTTP/1.1\r\nHost: a\r\n\r\n", "{}\r\n\r\n",
        ]
        func round(_ count: Int) async {
            for number in 0..<count {
                let client = Client(port)
                if number % 4 == 3 {
                    client.send(
                        (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) } + Array("\r\n\r\n".utf8))
                } else {
                    client.send(heads[number % heads.count])
                }
                shutdown(client.descriptor, Int32(SHUT_WR))
                let reply = await client.reply(seconds: 3)
                #expect(reply.map { (400...431).contains($0.status) || $0.status == 505 } ?? true, "\(number)")
                if reply == nil { #expect(await client.isEnded(seconds: 3), "\(number)") }
            }
        }
        // The library overlooks the end of this one.
        let blank = Client(port)
        blank.send("\r\n\r\n\r\n\r\n")
        shutdown(blank.descriptor, Int32(SHUT_WR))
        #expect(await blank.isEnded())
        await round(200)
        #expect(await eventually { serving.reader.counter("vitals.endpoint.connections") == 0 })
        let descriptors = openDescriptors()
        let memory = Self.resident()
        await round(1000)
        #expect(await eventually { serving.reader.counter("vitals.endpoint.connections") == 0 })
        #expect(await eventually { openDescriptors() <= descriptors + 10 })
        #expect(Self.resident() < memory + 8_000_000)
        #expect(await ask(port, "/metrics")?.status == 200)
    }

    @Test func manyScrapersLeaveNothing() async throws {
        let serving = try Serving(render: { _, _ in response(String(repeating: "x", count: 100_000)) })
        let port = serving.port
        let statuses = (0..<16).map { _ in
            Later {
                let client = Client(port)
                return (0..<100).map { _ in client.ask("GET", "/metrics")?.status ?? 0 }
            }
        }
        for one in statuses {
            let all = await one.get() ?? []
            #expect(all.count == 100 && all.allSatisfy { $0 == 200 || $0 == 503 })
        }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 0 })
        #expect(serving.reader.counter("vitals.scrapes.in_flight") == 0)
    }
}
