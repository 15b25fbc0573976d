import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsEndpoint

@Suite struct OwnRouteTests {
    private struct Secret: Error {}

    @Test func aHandlerSeesTheWholeRequest() async throws {
        let serving = try Serving()
        try serving.endpoint.route("POST", "/orders/{id}/items/{item}") { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let cookies = request.headers.filter { $0.name.lowercased() == "x-a" }.map(\.value).joined(separator: ",")
            return .text(
                """
                \(request.method) \(request.path) \(request.route) \(request.parameters["id"] ?? "-") \
                \(request.parameters["item"] ?? "-") \(query) \(request.query("b") ?? "-") \
                \(request.header("x-A") ?? "-") \(cookies) \(String(decoding: request.body, as: UTF8.self)) \
                \(request.remoteAddress)
                """, status: 201)
        }
        let reply = try #require(
            await ask(
                serving.port, "POST", "/orders/a%2Fb/items/%C3%A4?a=1&b=x+y&b=2", ["X-A: 1", "x-a: 2"], body: "hello"))
        #expect(reply.status == 201)
        #expect(
            reply.text
                == "POST /orders/a/b/items/ä /orders/{id}/items/{item} a/b ä a=1,b=x y,b=2 x y 1 1,2 hello 127.0.0.1")
    }

    @Test(arguments: ["/metrics", "/"])
    func anEndpointWithoutMetricsLeavesTheirPathsToTheProgram(path: String) async throws {
        var configuration = EndpointConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let endpoint = try Endpoint(configuration)
        try endpoint.route("GET", "/orders/{id}") { .text($0.parameters["id"] ?? "") }
        try endpoint.start()
        defer { endpoint.shutdown(timeout: .zero) }
        let port = endpoint.port
        let missing = try #require(await ask(port, path))
        #expect(missing.status == 404)
        #expect(missing.text == "there is nothing here; there are /healthz, /readyz\n")
        try endpoint.route("GET", path) { _ in .text("mine") }
        #expect(await ask(port, path)?.text == "mine")
        #expect(await ask(port, "/orders/7")?.text == "7")
        #expect(await ask(port, "/healthz")?.status == 200)
        #expect(await ask(port, "/readyz")?.status == 200)
        endpoint.shutdown()
        #expect(await ask(port, "/healthz") == nil)
    }

    @Test func anEndpointWithAMeterTellsOfItself() async throws {
        let reader = InMemoryReader()
        var configuration = EndpointConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.limits.bodyBytes = 1
        let endpoint = try Endpoint(configuration, meter: reader.meter())
        try endpoint.route("POST", "/orders") { _ in .text("") }
        try endpoint.start()
        defer { endpoint.shutdown(timeout: .zero) }
        #expect(await ask(endpoint.port, "POST", "/orders", body: "xy")?.status == 413)
        #expect(reader.counter("vitals.endpoint.rejected", ["reason": "body_too_large"]) == 1)
    }

    @Test func aHandlerSeesHowItWasAsked() async throws {
        let serving = try Serving()
        try serving.endpoint.route("GET", "/how") {
            .text("\($0.scheme) \($0.protocolVersion) \($0.rawQuery ?? "none")")
        }
        #expect(await ask(serving.port, "/how?a=%20+b&&c#")?.text == "http 1.1 a=%20+b&&c#")
        #expect(await ask(serving.port, "/how?")?.text == "http 1.1 ")
        #expect(await ask(serving.port, "/how")?.text == "http 1.1 none")
        let old = Client(serving.port)
        old.send("GET /how HTTP/1.0\r\n\r\n")
        #expect(await old.reply()?.text == "http 1.0 none")
    }

    @Test func aLiteralWinsOverAParameter() async throws {
        let serving = try Serving()
        try serving.endpoint.route("GET", "/orders/{id}") { .text("id \($0.parameters["id"] ?? "")") }
        try serving.endpoint.route("GET", "/orders/new") { _ in .text("new") }
        try serving.endpoint.route("PUT", "/orders/{id}") { _ in .text("put") }
        #expect(await ask(serving.port, "/orders/new")?.text == "new")
        #expect(await ask(serving.port, "/orders/n%65w")?.text == "new")
        #expect(await ask(serving.port, "/orders/7")?.text == "id 7")
        #expect(await ask(serving.port, "PUT", "/orders/new")?.text == "put")
        #expect(await ask(serving.port, "/orders/")?.status == 404)
        #expect(await ask(serving.port, "/orders/1/2")?.status == 404)
        let other = try #require(await ask(serving.port, "DELETE", "/orders/7"))
        #expect(other.status == 405)
        #expect(other.header("Allow") == "GET, HEAD, PUT")
        let head = try #require(await ask(serving.port, "HEAD", "/orders/new"))
        #expect(head.header("Content-Length") == "3")
    }

    @Test func wrongRoutesAreRefused() throws {
        let endpoint = try Serving(page: "x", start: false).endpoint
        func error(_ method: String, _ path: String) -> EndpointError? {
            do {
                try endpoint.route(method, path) { _ in .text("") }
                return nil
            } catch { return error }
        }
        for path in ["/metrics", "/healthz", "/readyz", "/"] {
            #expect(error("GET", path) == .reservedRoute(path))
            #expect(error("POST", path) == .reservedRoute(path))
        }
        #expect(error("GET", "/a/{x}") == nil)
        #expect(error("POST", "/a/{x}") == nil)
        #expect(error("post", "/a/{x}") == .duplicateRoute(method: "POST", pattern: "/a/{x}"))
        #expect(error("GET", "/a/{y}") == .duplicateRoute(method: "GET", pattern: "/a/{y}"))
        for path in ["", "a", "/{", "/{}", "/a{b}", "/{a}/{a}", "/{{a}}", "/a?b", "/a#b"] {
            guard case .invalidRoute = error("GET", path) else {
                Issue.record("\(path) was taken")
                continue
            }
        }
        guard case .invalidRoute = error("GE T", "/b") else { throw EndpointError.alreadyStarted }
    }

    @Test func whatHandlersAndChecksHoldIsLetGoAtTheEnd() async throws {
        final class Held: Sendable {}
        let serving = try Serving()
        weak var held: Held?
        do {
            let mine = Held()
            held = mine
            try serving.endpoint.route("GET", "/held") { _ in .text("\(mine)") }
            try serving.endpoint.addReadinessCheck("held") { _ = mine }
        }
        #expect(await ask(serving.port, "/held")?.status == 200)
        serving.endpoint.shutdown()
        #expect(await eventually { held == nil })
    }

    @Test func whatAHandlerThrowsStaysInTheProgram() async throws {
        let serving = try Serving()
        try serving.endpoint.route("GET", "/throws") { _ in throw Secret() }
        try serving.endpoint.route("GET", "/split") { _ in
            EndpointResponse(headers: [("X-A", "b\r\nSet-Cookie: c")])
        }
        try serving.endpoint.route("GET", "/name") { _ in EndpointResponse(headers: [("X A", "b")]) }
        try serving.endpoint.route("GET", "/status") { _ in EndpointResponse(status: 99) }
        for path in ["/throws", "/split", "/name", "/status"] {
            let reply = try #require(await ask(serving.port, path))
            #expect(reply.status == 500)
            #expect(reply.text == "internal error\n")
            #expect(reply.header("Set-Cookie") == nil)
        }
    }

    @Test func responsesHaveTheirHeadersAndStatus() async throws {
        let serving = try Serving()
        try serving.endpoint.route("GET", "/json") { _ in .json("{}", status: 404) }
        try serving.endpoint.route("GET", "/many") { _ in
            EndpointResponse(
                headers: [("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Content-Length", "9")], body: Array("xyz".utf8))
        }
        try serving.endpoint.route("GET", "/empty") { _ in EndpointResponse(status: 204) }
        let json = try #require(await ask(serving.port, "/json"))
        #expect(json.status == 404)
        #expect(json.header("Content-Type") == "application/json")
        let many = try #require(await ask(serving.port, "/many"))
        #expect(many.headers.filter { $0.name == "Set-Cookie" }.map(\.value) == ["a", "b"])
        #expect(many.text == "xyz")
        #expect(await ask(serving.port, "/empty")?.status == 204)
    }

    @Test func bodiesHaveALimit() async throws {
        let serving = try Serving { $0.limits.bodyBytes = 1000 }
        try serving.endpoint.route("POST", "/size") { .text("\($0.body.count)") }
        let port = serving.port
        #expect(await ask(port, "POST", "/size", body: String(repeating: "x", count: 1000))?.text == "1000")
        #expect(await ask(port, "POST", "/size", body: String(repeating: "x", count: 1001))?.status == 413)
        func chunks(_ count: Int) async -> Reply? {
            let client = Client(port)
            client.send("POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<count { client.send("64\r\n" + String(repeating: "y", count: 100) + "\r\n") }
            client.send("0\r\n\r\n")
            return await client.reply()
        }
        #expect(await chunks(10)?.text == "1000")
        #expect(await chunks(11)?.status == 413)
        #expect(serving.rejected("body_too_large") == 2)
        let tooLarge = Client(port)
        tooLarge.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(await onThread { tooLarge.reply(seconds: 0.1) } == nil)
        tooLarge.send("hello")
        #expect(await tooLarge.reply()?.text == "5")
    }

    @Test func concurrentRequestsHaveALimit() async throws {
        let serving = try Serving { $0.limits.requests = 2 }
        let mayGo = Tally()
        try serving.endpoint.route("GET", "/slow") { _ in
            while mayGo.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            return .text("done")
        }
        let port = serving.port
        let slow = (0..<2).map { _ in Later { ask(port, "/slow")?.text } }
        #expect(await eventually { serving.endpoint.pendingRequests == 2 })
        let refused = try #require(await ask(port, "/slow"))
        #expect(refused.status == 503)
        #expect(refused.header("Retry-After") == "1")
        #expect(await ask(port, "/metrics")?.status == 200)
        mayGo.add()
        for one in slow { #expect(await one.get() == "done") }
        #expect(await eventually { await ask(port, "/slow")?.status == 200 })
    }

    @Test func aHandlerThatHangsIsAnsweredForAndCancelled() async throws {
        let serving = try Serving { $0.limits.answerTimeout = .milliseconds(200) }
        let cancelled = Tally()
        try serving.endpoint.route("GET", "/hangs") { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.add() }
            return .text("late")
        }
        #expect(await ask(serving.port, "/hangs")?.status == 503)
        #expect(await eventually { cancelled.count == 1 && serving.endpoint.pendingRequests == 0 })
        #expect(serving.rejected("answer_timeout") == 1)
    }
}

extension Reply: Equatable {
    static func == (one: Reply, two: Reply) -> Bool { one.status == two.status && one.body == two.body }
}
