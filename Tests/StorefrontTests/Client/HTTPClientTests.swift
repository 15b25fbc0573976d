import Testing

@testable import storefront

@Suite struct HTTPClientTests {
    @Test func aRequestArrivesAsItWasSent() async throws {
        let peer = try Peer { request in
            let header = request.headers["traceparent"] ?? "none"
            let expect = request.headers["expect"] ?? "none"
            return .answer(status: 201, "\(request.method) \(request.target) \(header) \(expect) \(request.body)")
        }
        let client = try HTTPClient(limit: 10)
        let response = try await client.send(
            HTTPRequest(
                method: "POST", url: peer.address + "/payments", headers: [("traceparent", "00-a-b-01")],
                body: Array("amount=1".utf8)))
        #expect(response.status == 201)
        #expect(String(decoding: response.body, as: UTF8.self) == "POST /payments 00-a-b-01 none amount=1")
        let empty = try await client.send(HTTPRequest(method: "POST", url: peer.address + "/x"))
        #expect(String(decoding: empty.body, as: UTF8.self) == "POST /x none none ")
        let get = try await client.send(HTTPRequest(method: "GET", url: peer.address + "/x"))
        #expect(String(decoding: get.body, as: UTF8.self) == "GET /x none none ")
    }

    @Test func connectionsAreKept() async throws {
        let peer = try Peer { _ in .answer() }
        let client = try HTTPClient(limit: 10)
        for _ in 0..<20 { _ = try await client.send(HTTPRequest(method: "GET", url: peer.address)) }
        #expect(peer.requests == 20)
        #expect(peer.connections == 1)
    }

    @Test func requestsAreUnderWaySideBySide() async throws {
        let peer = try Peer { .answer($0.target) }
        let client = try HTTPClient(limit: 100)
        let bodies = try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    try await client.send(HTTPRequest(method: "GET", url: "\(peer.address)/\(number)")).body
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert(String(decoding: $1, as: UTF8.self)) }
        }
        #expect(bodies == Set((0..<100).map { "/\($0)" }))
    }

    @Test func noAnswerInTimeIsAnError() async throws {
        let peer = try Peer { _ in .silence }
        let client = try HTTPClient(limit: 10)
        await #expect(throws: RequestTimedOut.self) {
            try await client.send(HTTPRequest(method: "GET", url: peer.address, timeout: .milliseconds(50)))
        }
    }

    @Test func noConnectionIsAnError() async throws {
        let port = try Peer { _ in .silence }.port
        let client = try HTTPClient(limit: 10)
        await #expect(throws: ConnectionFailed.self) {
            try await client.send(HTTPRequest(method: "GET", url: "http://127.0.0.1:\(port)"))
        }
        let peer = try Peer { _ in .hangUp }
        await #expect(throws: ConnectionFailed.self) {
            try await client.send(HTTPRequest(method: "GET", url: peer.address))
        }
        await #expect(throws: ConnectionFailed.self) {
            try await client.send(HTTPRequest(method: "GET", url: "file:///etc/hostname"))
        }
    }

    @Test func aBodyHasItsBound() async throws {
        let peer = try Peer { request in
            .answer(String(repeating: "x", count: HTTPClient.mostBytes + (request.target == "/more" ? 1 : 0)))
        }
        let client = try HTTPClient(limit: 10)
        let most = try await client.send(HTTPRequest(method: "GET", url: peer.address + "/most"))
        #expect(most.body.count == HTTPClient.mostBytes)
        await #expect(throws: ResponseTooLarge.self) {
            try await client.send(HTTPRequest(method: "GET", url: peer.address + "/more"))
        }
    }

    @Test func aCancelledTaskDoesNotWait() async throws {
        let peer = try Peer { _ in .silence }
        let client = try HTTPClient(limit: 1)
        let task = Task { try await client.send(HTTPRequest(method: "GET", url: peer.address, timeout: .seconds(600))) }
        try await eventually { peer.requests == 1 }
        await #expect(throws: ClientBusy.self) { try await client.send(HTTPRequest(method: "GET", url: peer.address)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Its place is free again.
        try await eventually {
            do {
                _ = try await client.send(HTTPRequest(method: "GET", url: peer.address, timeout: .milliseconds(1)))
                return false
            } catch {
                return error is RequestTimedOut
            }
        }
    }

    @Test func aShutdownFailsWhatIsUnderWayAndWhatComesLater() async throws {
        let peer = try Peer { _ in .silence }
        let client = try HTTPClient(limit: 10)
        let task = Task { try await client.send(HTTPRequest(method: "GET", url: peer.address, timeout: .seconds(600))) }
        try await eventually { peer.requests == 1 }
        client.shutdown()
        await #expect(throws: ClientStopped.self) { try await task.value }
        await #expect(throws: ClientStopped.self) {
            try await client.send(HTTPRequest(method: "GET", url: peer.address))
        }
        client.shutdown()
    }
}
