import Testing

@testable import VitalsOTLP

@Suite("Redirects of OTLP over HTTP", .timeLimit(.minutes(2)))
struct HTTPRedirectTests {
    @Test("The same peer may want the message elsewhere", arguments: [307, 308])
    func follows(_ status: Int) async throws {
        let (answer, received) = try await HTTPSending.send(headers: [("authorization", "secret")]) { request, peer in
            request.target == "/other" ? peer.answer(200) : peer.answer(status, ["Location: /other"])
        }
        #expect(answer.response == ExportResponse())
        #expect(received.map(\.target) == ["/v1/metrics", "/other"])
        #expect(received.map(\.body) == [Array("message".utf8), Array("message".utf8)])
        #expect(received.map(\.method) == ["POST", "POST"])
    }

    @Test("Another peer gets neither the message nor the credentials", arguments: [301, 302, 303, 307, 308])
    func stays(_ status: Int) async throws {
        let other = ScriptedHTTPServer { $1.answer(200) }
        defer { other.stop() }
        let (answer, _) = try await HTTPSending.send(headers: [("authorization", "secret")]) {
            $1.answer(status, ["Location: \(other.url)/v1/metrics"])
        }
        let failure = try #require(answer.failure)
        #expect(failure.kind == "\(status)")
        #expect(failure.remedy == .none)
        #expect(failure.description.contains("points to \(other.url)/v1/metrics"))
        #expect(other.connections == 0)
    }

    @Test("Redirects that change the method are not followed, not even at the same peer", arguments: [301, 302, 303])
    func keepsMethod(_ status: Int) async throws {
        let (answer, received) = try await HTTPSending.send { $1.answer(status, ["Location: /other"]) }
        #expect(answer.failure?.kind == "\(status)")
        #expect(received.count == 1)
    }

    @Test("A circle of redirects ends")
    func ends() async throws {
        let (answer, received) = try await HTTPSending.send { $1.answer(307, ["Location: /v1/metrics"]) }
        #expect(answer.failure?.kind == "307")
        #expect(received.count == 4)
    }

    @Test(
        "The same peer is the same scheme, host and port",
        arguments: [
            ("http://c:4318/x", true), ("HTTP://C:4318", true), ("http://c/x", false), ("https://c:4318/x", false),
            ("http://c.evil:4318", false), ("http://c:4318@evil", false), ("http://u@c:4318/", false), ("", false),
            ("ftp://c:4318", false), ("http://c:4319", false),
        ])
    func compares(_ url: String, _ isSame: Bool) throws {
        #expect(try HTTPTarget(.base("http://c:4318"), .metrics).isSamePeer(url) == isSame)
    }
}
