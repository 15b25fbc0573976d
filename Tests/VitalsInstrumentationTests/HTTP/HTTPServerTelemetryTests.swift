import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

struct HTTPServerTelemetryTests {
    private struct Refused: Error {}
    private struct NotFound: Error {}

    private let measured = Measured()
    private var http: HTTPServerTelemetry {
        HTTPServerTelemetry(meter: measured.meter, tracer: measured.tracer) { error in
            switch error {
            case is NotFound: 404
            case is CancellationError: nil
            default: 503
            }
        }
    }

    private func answer(_ request: HTTPServerRequest, _ status: Int = 200) async throws {
        try await http.handle(request, { _ in }, answer: { HTTPAnswer(status: status) })
    }

    @Test func instrumentsAreThoseOfTheConventions() async throws {
        let request = HTTPServerRequest(method: "POST", path: "/orders", route: "/orders", bodySize: 100)
        try await http.handle(request, { _ in }, answer: { HTTPAnswer(status: 201, bodySize: 5000) })
        let metrics = measured.reader.collect()
        for (name, unit, kind) in [
            ("http.server.request.duration", Unit.seconds, CollectedMetric.Kind.histogram),
            ("http.server.active_requests", "{request}", .sum),
            ("http.server.request.body.size", .bytes, .histogram),
            ("http.server.response.body.size", .bytes, .histogram),
        ] {
            let metric = try #require(metrics[name])
            #expect(metric.unit == unit)
            #expect(metric.kind == kind)
            #expect(!metric.description.isEmpty)
        }
        let labels: Attributes = [
            "http.request.method": "POST", "url.scheme": "http", "http.route": "/orders",
            "http.response.status_code": 201,
        ]
        #expect(metrics["http.server.request.body.size"]?[labels]?.histogram?.sum == 100)
        #expect(metrics["http.server.response.body.size"]?[labels]?.histogram?.sum == 5000)
        let duration = try #require(metrics["http.server.request.duration"]?[labels]?.histogram)
        #expect(duration.count == 1)
        #expect(duration.bounds == [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10])
    }

    @Test(arguments: [
        ("GET", "GET"), ("HEAD", "HEAD"), ("POST", "POST"), ("PUT", "PUT"), ("DELETE", "DELETE"), ("PATCH", "PATCH"),
        ("OPTIONS", "OPTIONS"), ("CONNECT", "CONNECT"), ("TRACE", "TRACE"), ("QUERY", "QUERY"), ("get", "_OTHER"),
        ("Get", "_OTHER"), ("PURGE", "_OTHER"), ("", "_OTHER"), ("_OTHER", "_OTHER"),
    ])
    func methodsOfStrangersAreOne(method: String, label: String) async throws {
        try await answer(HTTPServerRequest(method: method, path: "/", route: "/orders"))
        #expect(measured.labels("http.server.request.duration").map { $0["http.request.method"] } == [.string(label)])
        #expect(measured.labels("http.server.active_requests").map { $0["http.request.method"] } == [.string(label)])
        let span = try #require(measured.span)
        #expect(span.name == (label == "_OTHER" ? "HTTP" : label) + " /orders")
        #expect(span.attributes["http.request.method"] == .string(label))
        #expect(span.attributes["http.request.method_original"] == (label == "_OTHER" ? .string(method) : nil))
    }

    @Test(arguments: [
        (100, nil), (200, nil), (204, nil), (301, nil), (304, nil), (400, nil), (404, nil), (429, nil), (499, nil),
        (500, "500"), (503, "503"), (599, "599"),
    ])
    func onlyErrorsOfTheServerAreErrors(status: Int, error: String?) async throws {
        try await answer(HTTPServerRequest(method: "GET", path: "/a", route: "/{x}"), status)
        let labels = try #require(measured.labels("http.server.request.duration").first)
        #expect(labels["http.response.status_code"] == .int(status))
        #expect(labels["error.type"] == error.map { .string($0) })
        let span = try #require(measured.span)
        #expect(span.status == (error == nil ? .unset : .error("")))
        #expect(span.attributes["error.type"] == error.map { .string($0) })
        #expect(span.attributes["http.response.status_code"] == .int(status))
        #expect(span.events.isEmpty)
    }

    @Test func anErrorThatIsThrownIsNamedByItsType() async throws {
        await #expect(throws: Refused.self) {
            try await http.handle(
                HTTPServerRequest(method: "GET", path: "/a", route: "/{x}"), { _ in throw Refused() },
                answer: { HTTPAnswer(status: 200) })
        }
        let labels = try #require(measured.labels("http.server.request.duration").first)
        let name = AttributeValue.string("VitalsInstrumentationTests.HTTPServerTelemetryTests.Refused")
        #expect(labels["http.response.status_code"] == 503)
        #expect(labels["error.type"] == name)
        #expect(labels["http.route"] == "/{x}")
        let span = try #require(measured.span)
        #expect(span.attributes["error.type"] == name)
        #expect(span.attributes["http.response.status_code"] == 503)
        #expect(span.status == .error("Refused()"))
        #expect(span.events.map(\.name) == ["exception"])
        #expect(measured.total("http.server.active_requests") == 0)
    }

    @Test func anErrorThatTheFrameworkAnswersWithLessThan500IsAnAnswer() async throws {
        await #expect(throws: NotFound.self) {
            try await http.handle(
                HTTPServerRequest(method: "GET", path: "/a", route: "/{x}"), { _ in throw NotFound() },
                answer: { HTTPAnswer(status: 200) })
        }
        #expect(
            measured.labels("http.server.request.duration") == [
                [
                    "http.request.method": "GET", "url.scheme": "http", "http.route": "/{x}",
                    "http.response.status_code": 404,
                ]
            ])
        let span = try #require(measured.span)
        #expect(span.status == .unset)
        #expect(span.events.isEmpty)
    }

    @Test func aCancellationIsNoErrorAndHasNoStatus() async throws {
        await #expect(throws: CancellationError.self) {
            try await http.handle(
                HTTPServerRequest(method: "GET", path: "/a", route: "/{x}"), { _ in throw CancellationError() },
                answer: { HTTPAnswer(status: 200) })
        }
        #expect(
            measured.labels("http.server.request.duration") == [
                ["http.request.method": "GET", "url.scheme": "http", "http.route": "/{x}"]
            ])
        #expect(measured.span?.status == .unset)
        #expect(measured.total("http.server.active_requests") == 0)
    }

    @Test func aCancellationThatIsAnsweredWithAnErrorIsOne() async throws {
        let http = HTTPServerTelemetry(meter: measured.meter, tracer: measured.tracer) { _ in 503 }
        await #expect(throws: CancellationError.self) {
            try await http.handle(
                HTTPServerRequest(method: "GET", path: "/"), { _ in throw CancellationError() },
                answer: { HTTPAnswer(status: 200) })
        }
        let labels = try #require(measured.labels("http.server.request.duration").first)
        #expect(labels["http.response.status_code"] == 503)
        #expect(labels["error.type"] == "503")
        #expect(measured.span?.status == .error(""))
    }

    @Test func whatIsThrownIs500UnlessItIsSaidOtherwise() async throws {
        let http = HTTPServerTelemetry(meter: measured.meter, tracer: measured.tracer)
        for error in [Refused(), CancellationError()] as [any Error] {
            await #expect(throws: (any Error).self) {
                try await http.handle(
                    HTTPServerRequest(method: "GET", path: "/"), { _ in throw error },
                    answer: { HTTPAnswer(status: 200) })
            }
        }
        let statuses = measured.labels("http.server.request.duration").map { $0["http.response.status_code"] }
        #expect(statuses.contains(.int(500)))
        #expect(statuses.contains(nil))
    }

    @Test(arguments: [nil, "", "/orders/{id}"])
    func withoutARouteThereIsNoLabelAndNeverAPath(route: String?) async throws {
        try await answer(HTTPServerRequest(method: "GET", path: "/orders/42", route: route))
        let isKnown = route?.isEmpty == false
        #expect(
            measured.labels("http.server.request.duration").map { $0["http.route"] } == [
                isKnown ? .string("/orders/{id}") : nil
            ])
        #expect(measured.span?.name == (isKnown ? "GET /orders/{id}" : "GET"))
        #expect(measured.span?.attributes["http.route"] == (isKnown ? "/orders/{id}" : nil))
        #expect(measured.span?.attributes["url.path"] == "/orders/42")
    }

    @Test func aRouteMayBecomeKnownWhileItIsAnswered() async throws {
        try await http.handle(
            HTTPServerRequest(method: "GET", path: "/orders/42"), { _ in },
            answer: { HTTPAnswer(status: 200, route: "/orders/{id}") })
        #expect(measured.labels("http.server.request.duration").map { $0["http.route"] } == ["/orders/{id}"])
        #expect(measured.span?.name == "GET /orders/{id}")
        #expect(measured.span?.attributes["http.route"] == "/orders/{id}")
    }

    @Test(arguments: [nil, "1.1", "2"])
    func theVersionIsALabelWhereItIsKnown(version: String?) async throws {
        try await answer(HTTPServerRequest(method: "GET", path: "/", route: "/", protocolVersion: version))
        let expected = version.map { AttributeValue.string($0) }
        #expect(measured.labels("http.server.request.duration").map { $0["network.protocol.version"] } == [expected])
        #expect(measured.span?.attributes["network.protocol.version"] == expected)
    }

    @Test func theSpanSaysWhatMetricsMustNot() async throws {
        try await answer(
            HTTPServerRequest(
                method: "GET", path: "/orders/42", route: "/orders/{id}", scheme: "https", query: "a=1&token=abc",
                headers: [("hOST", "Shop.example:8443"), ("USER-agent", "curl/8"), ("user-agent", "other")],
                bodySize: 0, protocolVersion: "1.1", clientAddress: "10.0.0.1"))
        let span = try #require(measured.span)
        #expect(span.kind == .server)
        #expect(
            span.attributes == [
                "http.request.method": "GET", "url.path": "/orders/42", "url.scheme": "https",
                "url.query": "a=1&token=REDACTED", "http.route": "/orders/{id}", "user_agent.original": "curl/8",
                "client.address": "10.0.0.1", "network.protocol.version": "1.1", "server.address": "shop.example",
                "server.port": 8443, "http.response.status_code": 200,
            ])
        #expect(
            measured.labels("http.server.request.duration") == [
                [
                    "http.request.method": "GET", "url.scheme": "https", "http.route": "/orders/{id}",
                    "http.response.status_code": 200, "network.protocol.version": "1.1",
                ]
            ])
    }

    @Test(arguments: [(-1, nil), (.min, nil), (0, 0), (1, 1)] as [(Int, Double?)])
    func aNegativeSizeIsUnknown(size: Int, sum: Double?) async throws {
        try await http.handle(
            HTTPServerRequest(method: "POST", path: "/", route: "/", bodySize: size), { _ in },
            answer: { HTTPAnswer(status: 200, bodySize: size) })
        let metrics = measured.reader.collect()
        for name in ["http.server.request.body.size", "http.server.response.body.size"] {
            #expect(metrics[name]?.points.first?.histogram?.sum == sum)
        }
    }

    @Test func theTraceOfTheCallerContinues() async throws {
        let headers = [("TraceParent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
        try await http.handle(
            HTTPServerRequest(method: "GET", path: "/", route: "/", headers: headers),
            { span in #expect(SpanContext.current == span.spanContext) }, answer: { HTTPAnswer(status: 200) })
        let span = try #require(measured.span)
        #expect(span.context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(span.parentID?.description == "b7ad6b7169203331")
        #expect(span.isParentRemote)
    }

    @Test func measurementsLeadToTheSpanAndSayTheSameTime() async throws {
        try await http.handle(
            HTTPServerRequest(method: "POST", path: "/", route: "/", bodySize: 1), { _ in },
            answer: { HTTPAnswer(status: 200, bodySize: 1) })
        let span = try #require(measured.span)
        let metrics = measured.reader.collect()
        for name in [
            "http.server.request.duration", "http.server.request.body.size", "http.server.response.body.size",
        ] {
            let exemplars = try #require(metrics[name]?.points.first?.exemplars)
            #expect(exemplars.map { $0.context?.spanID } == [span.context.spanID.value])
        }
        let sum = metrics["http.server.request.duration"]?.points.first?.histogram?.sum
        #expect(sum == Double(span.end &- span.start) / 1e9)
    }

    @Test func requestsUnderWayAreCounted() async throws {
        let measured = measured
        try await http.handle(
            HTTPServerRequest(method: "GET", path: "/"),
            { _ in
                #expect(
                    measured.reader.counter(
                        "http.server.active_requests", ["http.request.method": "GET", "url.scheme": "http"]) == 1)
            }, answer: { HTTPAnswer(status: 200) })
        #expect(measured.total("http.server.active_requests") == 0)
    }

    @Test func withoutTracingTheMetricsAreTheSame() async throws {
        let measured = Measured(records: false)
        let http = HTTPServerTelemetry(meter: measured.meter, tracer: measured.tracer)
        try await http.handle(
            HTTPServerRequest(method: "GET", path: "/a", query: "b"), { #expect(!$0.isRecording) },
            answer: { HTTPAnswer(status: 200, route: "/{x}") })
        #expect(measured.labels("http.server.request.duration").count == 1)
        #expect(measured.exporter.spans.isEmpty)
    }
}
