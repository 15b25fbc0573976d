import Testing
import Vitals
import VitalsTesting

/// What belongs to the process: its provider and its propagator.
@Suite(.serialized) struct SharedTracingTests {
    struct Request {
        let headers = [
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "vendor=1",
            "baggage": "user.tier=gold",
        ]
    }

    private func configuration(_ exporter: InMemorySpanExporter) -> Configuration {
        var configuration = Configuration(service: "test")
        configuration.metrics.registry = Registry()
        configuration.endpoint = nil
        configuration.detectors = []
        configuration.traces.exporters = [exporter]
        configuration.traces.sampler = .parentBased(root: .alwaysOn)
        return configuration
    }

    @Test func theExampleOfTheDesignTracesAndCarriesContextsOnward() async throws {
        let exporter = InMemorySpanExporter()
        let telemetry = try Telemetry.start(configuration(exporter))
        let placed = telemetry.meter("checkout.orders", version: "1.2.0").counter("orders.placed")
        let request = Request()

        try await withSpan("checkout", kind: .server) { span in
            span["cart.id"] = "42"
            span.addEvent("validated")
            placed.add(1)
            try await Task.sleep(for: .zero)
        }

        let remote = Context.extract(from: request.headers)
        var sent: [(String, String)] = []
        var tenant: String?
        try await withContext(remote) {
            try await withSpan("GET /orders/{id}", kind: .server) { span in
                var outgoing: [(String, String)] = []
                Context.current.inject(into: &outgoing)
                sent = outgoing
                try await Task.sleep(for: .zero)
                tenant = withBaggage(["tenant.id": "acme"]) { Baggage.current["tenant.id"] }
            }
        }

        let reader = InMemoryReader(telemetry.configuration.metrics.registry)
        let exemplar = reader.collect()["orders.placed"]?[[:]]?.exemplars.first?.context
        #expect(telemetry.shutdown())
        try #require(exporter.spans.map(\.name) == ["checkout", "GET /orders/{id}"])
        let (checkout, order) = (exporter.spans[0], exporter.spans[1])
        #expect(checkout.kind == .server && checkout.parentID == nil)
        #expect(checkout.attributes == ["cart.id": "42"])
        #expect(checkout.events.map(\.name) == ["validated"])
        #expect(exemplar?.spanID == checkout.context.spanID.value)
        #expect(order.context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(order.parentID?.description == "b7ad6b7169203331" && order.isParentRemote)
        #expect(
            Dictionary(uniqueKeysWithValues: sent) == [
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-\(order.context.spanID)-01",
                "tracestate": "vendor=1", "baggage": "user.tier=gold",
            ])
        #expect(tenant == "acme")
    }

    @Test(arguments: [true, false])
    func thePropagatorIsSetByTheStartEvenOfWhatIsDisabled(isDisabled: Bool) throws {
        let former = Propagator.current
        defer { Propagator.current = former }
        var configuration = configuration(InMemorySpanExporter())
        configuration.isDisabled = isDisabled
        configuration.propagator = .b3
        let telemetry = try Telemetry.start(configuration)
        defer { telemetry.shutdown() }
        var headers: [String: String] = [:]
        let span = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled)
        var context = Context()
        context.spanContext = span
        context.inject(into: &headers)
        #expect(headers == ["b3": "\(span.traceID)-\(span.spanID)-1"])
    }

    @Test func aPropagatorThatNobodySetStaysAsItIs() throws {
        let former = Propagator.current
        defer { Propagator.current = former }
        Propagator.current = .none
        try Telemetry.start(configuration(InMemorySpanExporter())).shutdown()
        #expect(Propagator.current.fields == [])
    }
}
