import Testing
import Vitals
import VitalsTesting

/// Vitals' own endpoint as an instrumented HTTP server, over real sockets.
@Suite struct EndpointInstrumentationTests {
    private struct Refused: Error {}

    private let reader = InMemoryReader()
    private let exporter = InMemorySpanExporter()
    private let provider = TracerProvider()
    private let endpoint: Endpoint
    private let http: HTTPServerTelemetry

    init() throws {
        var tracing = TracingConfiguration()
        tracing.processors = [SimpleSpanProcessor(exporter)]
        provider.start(tracing)
        http = HTTPServerTelemetry(meter: reader.meter(), tracer: provider.tracer("test"))
        endpoint = try Self.open()
    }

    private static func open(answerTimeout: Duration = .seconds(60)) throws -> Endpoint {
        var configuration = EndpointConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.limits.answerTimeout = answerTimeout
        let endpoint = try Endpoint(configuration)
        try endpoint.start()
        return endpoint
    }

    private func ask(
        _ method: String, _ target: String, _ headers: String = "", body: String = "", of other: Endpoint? = nil
    ) async -> String {
        await VitalsTests.ask(
            (other ?? endpoint).port,
            "\(method) \(target) HTTP/1.1\r\nHost: shop.example:8080\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    private func labels(_ method: String, _ route: String, _ status: Int) -> Attributes {
        [
            "http.request.method": .string(method), "http.response.status_code": .int(status),
            "http.route": .string(route), "network.protocol.version": "1.1", "url.scheme": "http",
        ]
    }

    /// Waits until no request is under way.
    private func isOver() async -> Bool {
        for _ in 0..<6_000 {
            if reader.collect()["http.server.active_requests"]?.points.map(\.number) == [0] { return true }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return false }
        }
        return false
    }

    @Test func aRequestIsASpanAndAMeasurement() async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("POST", "/orders/{id}", with: http) { request in
            #expect(SpanContext.current.isValid)
            return .text("got \(request.parameters["id"] ?? "")", status: 201)
        }
        let answer = await ask(
            "POST", "/orders/42?a=b%20c&token=x",
            "User-Agent: test/1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
            body: "hello")
        #expect(answer.hasPrefix("HTTP/1.1 201"))
        #expect(answer.hasSuffix("got 42"))
        let labels = labels("POST", "/orders/{id}", 201)
        let metrics = reader.collect()
        #expect(metrics["http.server.request.duration"]?.points.map(\.attributes) == [labels])
        #expect(metrics["http.server.request.body.size"]?[labels]?.histogram?.sum == 5)
        #expect(metrics["http.server.response.body.size"]?[labels]?.histogram?.sum == 6)
        #expect(metrics["http.server.active_requests"]?.points.map(\.number) == [0])
        let span = try #require(exporter.spans.first)
        #expect(span.name == "POST /orders/{id}")
        #expect(span.parentID?.description == "b7ad6b7169203331")
        #expect(
            span.attributes
                == labels.merging([
                    "url.path": "/orders/42", "url.query": "a=b%20c&token=REDACTED", "user_agent.original": "test/1",
                    "client.address": "127.0.0.1", "server.address": "shop.example", "server.port": 8080,
                ]))
    }

    @Test func whatAHandlerThrowsIsAnErrorOfTheServer() async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("GET", "/fails", with: http) { _ in throw Refused() }
        #expect(await ask("GET", "/fails").hasPrefix("HTTP/1.1 500"))
        let points = try #require(reader.collect()["http.server.request.duration"]?.points)
        #expect(points.map { $0.attributes["http.response.status_code"] } == [500])
        #expect(points[0].attributes["error.type"]?.description.hasSuffix("Refused") == true)
        #expect(exporter.spans.first?.status == .error("Refused()"))
    }

    @Test(arguments: [
        EndpointResponse(headers: [("X-Name", "a\r\nSet-Cookie: b")], body: [1]),
        EndpointResponse(headers: [("X-Name", String(repeating: "x", count: 100_000))], body: [1]),
        EndpointResponse(status: 1000, body: [1]), EndpointResponse(status: -1, body: [1]),
    ])
    func whatCannotBeSentIsAnErrorOfTheServer(response: EndpointResponse) async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("GET", "/fails", with: http) { _ in response }
        let answer = await ask("GET", "/fails")
        #expect(answer.hasPrefix("HTTP/1.1 500"))
        #expect(answer.hasSuffix("internal error\n"))
        let labels = labels("GET", "/fails", 500).merging(["error.type": "500"])
        let metrics = reader.collect()
        #expect(metrics["http.server.request.duration"]?.points.map(\.attributes) == [labels])
        #expect(metrics["http.server.response.body.size"]?[labels]?.histogram?.sum == 15)
        #expect(exporter.spans.first?.status == .error(""))
        #expect(exporter.spans.first?.attributes["http.response.status_code"] == 500)
    }

    /// As of a timeout of the handler's own, or of a task of its own that was cancelled.
    @Test func aCancellationThatIsNotTheClientsIsAnErrorOfTheServer() async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("GET", "/fails", with: http) { _ in throw CancellationError() }
        #expect(await ask("GET", "/fails").hasPrefix("HTTP/1.1 500"))
        let labels = labels("GET", "/fails", 500).merging(["error.type": "500"])
        #expect(reader.collect()["http.server.request.duration"]?.points.map(\.attributes) == [labels])
        #expect(exporter.spans.first?.status == .error(""))
    }

    @Test(arguments: [true, false])
    func aTimeoutIsAnErrorOfTheServer(heedsCancellation: Bool) async throws {
        let endpoint = try Self.open(answerTimeout: .milliseconds(50))
        defer {
            endpoint.shutdown(timeout: .zero)
            self.endpoint.shutdown(timeout: .zero)
        }
        try endpoint.route("GET", "/hangs", with: http) { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { if heedsCancellation { throw error } }
            return .text("late")
        }
        #expect(await ask("GET", "/hangs", of: endpoint).hasPrefix("HTTP/1.1 503"))
        // The handler ends after the client was told.
        #expect(await isOver())
        let labels = labels("GET", "/hangs", 503).merging(["error.type": "503"])
        let metrics = reader.collect()
        #expect(metrics["http.server.request.duration"]?.points.map(\.attributes) == [labels])
        #expect(metrics["http.server.response.body.size"]?.points.isEmpty ?? true)
        #expect(exporter.spans.first?.status == .error(""))
    }

    @Test func anAnswerToHEADHasNoBody() async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("GET", "/orders", with: http) { _ in .text("some") }
        #expect(await ask("HEAD", "/orders").hasPrefix("HTTP/1.1 200"))
        let size = reader.histogram("http.server.response.body.size", labels("HEAD", "/orders", 200))
        #expect(size?.count == 1)
        #expect(size?.sum == 0)
    }

    @Test func pathsThatAreNotThereMakeNoSeries() async throws {
        defer { endpoint.shutdown(timeout: .zero) }
        try endpoint.route("GET", "/orders", with: http) { _ in .text("some") }
        #expect(await ask("GET", "/nothing").hasPrefix("HTTP/1.1 404"))
        #expect(reader.collect()["http.server.request.duration"]?.points.isEmpty ?? true)
    }
}
