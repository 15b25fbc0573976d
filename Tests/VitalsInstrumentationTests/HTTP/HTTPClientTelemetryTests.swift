import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

struct HTTPClientTelemetryTests {
    private struct Refused: Error {}

    private let measured = Measured()
    private var http: HTTPClientTelemetry { HTTPClientTelemetry(meter: measured.meter, tracer: measured.tracer) }

    private func answer(_ request: HTTPClientRequest, _ status: Int = 200) async throws {
        try await http.attempt(request, { _ in }, answer: { HTTPAnswer(status: status) })
    }

    @Test func instrumentsAreThoseOfTheConventions() async throws {
        let request = HTTPClientRequest(
            method: "POST", url: "https://shop.example/orders/42", template: "/orders/{id}", bodySize: 100)
        try await http.attempt(
            request,
            { [measured] _ in
                #expect(
                    measured.reader.counter(
                        "http.client.active_requests",
                        [
                            "http.request.method": "POST", "server.address": "shop.example", "server.port": 443,
                            "url.template": "/orders/{id}",
                        ]) == 1)
            }, answer: { HTTPAnswer(status: 201, bodySize: 5000, protocolVersion: "2") })
        let metrics = measured.reader.collect()
        for (name, unit, kind) in [
            ("http.client.request.duration", Unit.seconds, CollectedMetric.Kind.histogram),
            ("http.client.active_requests", "{request}", .sum),
            ("http.client.request.body.size", .bytes, .histogram),
            ("http.client.response.body.size", .bytes, .histogram),
        ] {
            let metric = try #require(metrics[name])
            #expect(metric.unit == unit)
            #expect(metric.kind == kind)
            #expect(!metric.description.isEmpty)
        }
        let labels: Attributes = [
            "http.request.method": "POST", "http.response.status_code": 201, "network.protocol.version": "2",
            "server.address": "shop.example", "server.port": 443,
        ]
        #expect(metrics["http.client.request.duration"]?[labels]?.histogram?.count == 1)
        let withTemplate = labels.merging(["url.template": "/orders/{id}"])
        #expect(metrics["http.client.request.body.size"]?[withTemplate]?.histogram?.sum == 100)
        #expect(metrics["http.client.response.body.size"]?[withTemplate]?.histogram?.sum == 5000)
        #expect(measured.total("http.client.active_requests") == 0)
    }

    @Test func theSpanSaysWhereItGoes() async throws {
        try await http.attempt(
            HTTPClientRequest(
                method: "GET", url: "https://joe:secret@Shop.example:8443/orders/42?sig=x&a=1",
                template: "/orders/{id}", resendCount: 2), { _ in },
            answer: { HTTPAnswer(status: 200, protocolVersion: "1.1") })
        let span = try #require(measured.span)
        #expect(span.name == "GET /orders/{id}")
        #expect(span.kind == .client)
        #expect(span.status == .unset)
        #expect(
            span.attributes == [
                "http.request.method": "GET", "http.request.resend_count": 2, "http.response.status_code": 200,
                "network.protocol.version": "1.1", "server.address": "shop.example", "server.port": 8443,
                "url.full": "https://REDACTED:REDACTED@Shop.example:8443/orders/42?sig=REDACTED&a=1",
                "url.template": "/orders/{id}",
            ])
    }

    @Test(arguments: [
        (100, nil), (200, nil), (304, nil), (399, nil), (400, "400"), (404, "404"), (500, "500"), (503, "503"),
    ])
    func errorsOfTheRequestAreErrorsToo(status: Int, error: String?) async throws {
        try await answer(HTTPClientRequest(method: "GET", url: "http://h/"), status)
        let labels = try #require(measured.labels("http.client.request.duration").first)
        #expect(labels["http.response.status_code"] == .int(status))
        #expect(labels["error.type"] == error.map { .string($0) })
        let span = try #require(measured.span)
        #expect(span.name == "GET")
        #expect(span.status == (error == nil ? .unset : .error("")))
        #expect(span.attributes["error.type"] == error.map { .string($0) })
    }

    @Test func anErrorThatIsThrownIsNamedByItsType() async throws {
        await #expect(throws: Refused.self) {
            try await http.attempt(
                HTTPClientRequest(method: "GET", url: "http://h/", bodySize: 3), { _ in throw Refused() },
                answer: { HTTPAnswer(status: 200) })
        }
        let name = AttributeValue.string("VitalsInstrumentationTests.HTTPClientTelemetryTests.Refused")
        let labels: Attributes = [
            "error.type": name, "http.request.method": "GET", "server.address": "h", "server.port": 80,
        ]
        #expect(measured.labels("http.client.request.duration") == [labels])
        #expect(measured.labels("http.client.request.body.size") == [labels])
        let span = try #require(measured.span)
        #expect(span.attributes["error.type"] == name)
        #expect(span.status == .error("Refused()"))
        #expect(measured.total("http.client.active_requests") == 0)
    }

    @Test func whatAnErrorSaysOfTheURLHasNoSecrets() async throws {
        struct Unreachable: Error, CustomStringConvertible {
            let description: String
        }
        let url = "https://ann:pa55@h/?token=s3cret"
        await #expect(throws: Unreachable.self) {
            try await http.attempt(
                HTTPClientRequest(method: "GET", url: url),
                { _ in throw Unreachable(description: "cannot reach \(url)") }, answer: { HTTPAnswer(status: 200) })
        }
        let words = "cannot reach https://REDACTED:REDACTED@h/?token=REDACTED"
        let span = try #require(measured.span)
        #expect(span.status == .error(words))
        #expect(span.events.map { $0.attributes["exception.message"] } == [.string(words)])
    }

    @Test func aCancellationIsNoError() async throws {
        await #expect(throws: CancellationError.self) {
            try await http.attempt(
                HTTPClientRequest(method: "GET", url: "http://h/"), { _ in throw CancellationError() },
                answer: { HTTPAnswer(status: 200) })
        }
        #expect(
            measured.labels("http.client.request.duration") == [
                ["http.request.method": "GET", "server.address": "h", "server.port": 80]
            ])
        #expect(measured.span?.status == .unset)
        #expect(measured.total("http.client.active_requests") == 0)
    }

    @Test(arguments: ["", "http://", "http://h:99999/", "not a url", "http://u:p@/"])
    func aURLWithoutAnAddressLeavesTheLabelsOut(url: String) async throws {
        try await answer(HTTPClientRequest(method: "get", url: url))
        #expect(
            measured.labels("http.client.request.duration") == [
                ["http.request.method": "_OTHER", "http.response.status_code": 200]
            ])
        #expect(measured.span?.name == "HTTP")
        #expect(measured.span?.attributes["http.request.method_original"] == "get")
    }

    @Test(arguments: [(-1, nil), (.min, nil), (0, 0), (1, 1)] as [(Int, Double?)])
    func aNegativeSizeIsUnknown(size: Int, sum: Double?) async throws {
        try await http.attempt(
            HTTPClientRequest(method: "POST", url: "http://h/", bodySize: size), { _ in },
            answer: { HTTPAnswer(status: 200, bodySize: size) })
        let metrics = measured.reader.collect()
        for name in ["http.client.request.body.size", "http.client.response.body.size"] {
            #expect(metrics[name]?.points.first?.histogram?.sum == sum)
        }
    }

    @Test func theContextReplacesWhatTheHeadersHave() async throws {
        var sent: [(String, String)] = []
        try await http.attempt(
            HTTPClientRequest(
                method: "GET", url: "http://h/",
                headers: [("Accept", "*/*"), ("TraceParent", "old"), ("traceparent", "x")]),
            {
                #expect(SpanContext.current.isValid)
                sent = $0
            }, answer: { HTTPAnswer(status: 200) })
        let span = try #require(measured.span)
        #expect(sent.map(\.0) == ["Accept", "traceparent"])
        #expect(sent.last?.1 == "00-\(span.context.traceID)-\(span.context.spanID)-03")
    }

    @Test func eachAttemptIsASpanOfItsOwn() async throws {
        try await measured.tracer.withSpan("call") { _ in
            for count in 0..<3 {
                try await answer(
                    HTTPClientRequest(method: "GET", url: "http://h/", resendCount: count), count < 2 ? 503 : 200)
            }
        }
        let spans = measured.exporter.spans(named: "GET")
        #expect(spans.map { $0.attributes["http.request.resend_count"] } == [nil, 1, 2])
        #expect(Set(spans.map(\.parentID)) == [measured.exporter.spans(named: "call").first?.context.spanID])
        #expect(Set(spans.map(\.context.spanID)).count == 3)
    }
}
