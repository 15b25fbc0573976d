import CVitals
import Synchronization
import Testing
import VitalsMetrics

@testable import VitalsOTLP

@Suite("Trouble on the way over HTTP", .timeLimit(.minutes(2)))
struct HTTPTroubleTests {
    /// How long something took, in seconds.
    private func elapsed(_ body: () async throws -> Void) async rethrows -> Double {
        let start = vitals_monotonic_nanoseconds()
        try await body()
        return Double(vitals_monotonic_nanoseconds() - start) / 1e9
    }

    @Test("Where nobody listens the message was certainly not taken")
    func refused() async throws {
        let server = ScriptedHTTPServer { _, _ in false }
        server.stop()
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        let failure = try #require(await HTTPSending.send(transport).failure)
        #expect(failure.kind == "connection_refused")
        #expect(failure.remedy == .later)
        #expect(!failure.isAmbiguous)
    }

    @Test("A peer that answers nothing, or drop by drop, is given up at the deadline", arguments: [false, true])
    func slow(_ isDripping: Bool) async throws {
        let took = try await elapsed {
            let (answer, _) = try await HTTPSending.send(seconds: 0.5) { _, peer in
                guard isDripping else {
                    peer.server.waitForStop()
                    return false
                }
                peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100000\r\n\r\n")
                while peer.send("x") { vitals_sleep(20_000_000) }
                return false
            }
            let failure = try #require(answer.failure)
            #expect(failure.kind == "timeout")
            #expect(failure.remedy == .later)
            #expect(failure.isAmbiguous)
        }
        #expect(took >= 0.5)
        #expect(took < 5)
    }

    @Test("A deadline that has passed is a timeout at once")
    func late() async throws {
        let (answer, _) = try await HTTPSending.send(seconds: 0) { _, peer in
            peer.server.waitForStop()
            return false
        }
        #expect(answer.failure?.kind == "timeout")
    }

    @Test(
        "A connection that breaks before the answer leaves it open whether the message was taken", arguments: [0, 20])
    func lost(_ bytes: Int) async throws {
        let (answer, _) = try await HTTPSending.send { _, peer in
            peer.send(String("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab".prefix(bytes * 2)))
            peer.reset()
            return false
        }
        let failure = try #require(answer.failure)
        #expect(failure.kind == "connection_lost")
        #expect(failure.remedy == .later)
        #expect(failure.isAmbiguous)
    }

    @Test("A peer that dies with a message on a kept connection may have taken it")
    func dies() async throws {
        let server = ScriptedHTTPServer { request, peer in
            if request.body == Array("first".utf8) { return peer.answer(200) }
            peer.server.stop()
            peer.reset()
            return false
        }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        #expect(await HTTPSending.send(transport, HTTPSending.body("first")).response != nil)
        let failure = try #require(await HTTPSending.send(transport, HTTPSending.body("second")).failure)
        #expect(failure.remedy == .later)
        #expect(failure.isAmbiguous)
    }

    @Test("A kept connection that the peer has closed does no harm")
    func reconnects() async throws {
        let server = ScriptedHTTPServer { _, peer in
            peer.answer(200)
            return false
        }
        defer { server.stop() }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        for _ in 0..<3 { #expect(await HTTPSending.send(transport).response != nil) }
        #expect(server.connections == 3)
    }

    @Test("A shutdown ends a call at once, and later calls fail at once")
    func shutdown() async throws {
        let server = ScriptedHTTPServer { _, peer in
            peer.server.waitForStop()
            return false
        }
        defer { server.stop() }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        let answer = Task { await HTTPSending.send(transport, seconds: 60) }
        #expect(await HTTPSending.apart { server.waitForRequests(1) })
        let took = await elapsed {
            await HTTPSending.apart { transport.shutdown() }
            let failure = await answer.value.failure
            #expect(failure?.kind == "shutdown")
            #expect(failure?.isAmbiguous == true)
        }
        #expect(took < 5)
        let late = try #require(await HTTPSending.send(transport).failure)
        #expect(late.kind == "shutdown")
        #expect(!late.isAmbiguous)
        transport.shutdown()
        #expect(server.received.count == 1)
    }

    @Test("A transport that never sent anything can be shut down")
    func unused() throws {
        let transport = try HTTPTransport(HTTPSending.configuration("http://127.0.0.1:9"))
        transport.shutdown()
        transport.shutdown()
    }

    @Test("A call in a hurry gives up earlier, but never later")
    func hurries() async throws {
        let server = ScriptedHTTPServer { _, peer in
            peer.server.waitForStop()
            return false
        }
        defer { server.stop() }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        let answer = Task { await HTTPSending.send(transport, seconds: 60) }
        #expect(await HTTPSending.apart { server.waitForRequests(1) })
        transport.hurry(to: HTTPSending.deadline(seconds: 0.2))
        transport.hurry(to: HTTPSending.deadline(seconds: 90))
        let took = await elapsed { #expect(await answer.value.failure?.kind == "timeout") }
        #expect(took < 10)
    }

    @Test("Eight threads send side by side, and every answer reaches its question")
    func sideBySide() async throws {
        let server = ScriptedHTTPServer { request, peer in
            // The number of the message comes back as the number of rejected points.
            let number = Int(String(decoding: request.body, as: UTF8.self)) ?? 0
            let text = #"{"partialSuccess":{"rejectedDataPoints":\#(number)}}"#
            return peer.answer(200, type: "application/json", body: Array(text.utf8))
        }
        defer { server.stop() }
        let transport = try HTTPTransport(HTTPSending.configuration(server.url))
        defer { transport.shutdown() }
        await withTaskGroup(of: Bool.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    await HTTPSending.apart {
                        (0..<50).allSatisfy { turn in
                            let number = thread * 1000 + turn
                            let request = ExportRequest(
                                signal: .metrics, body: HTTPSending.body("\(number)"),
                                deadline: HTTPSending.deadline(seconds: 30))
                            return transport.send(request).response?.rejected == number
                        }
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(server.received.count == 400)
        #expect(server.connections <= 8)
    }

    @Test("A transport that nobody holds any more ends its thread")
    func isLetGo() async throws {
        let server = ScriptedHTTPServer { $1.answer(200) }
        defer { server.stop() }
        weak var gone: HTTPTransport?
        do {
            let transport = try HTTPTransport(HTTPSending.configuration(server.url))
            gone = transport
            #expect(await HTTPSending.send(transport).response != nil)
        }
        #expect(gone == nil)
    }
}
