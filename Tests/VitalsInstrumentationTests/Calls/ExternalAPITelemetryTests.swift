import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

struct ExternalAPITelemetryTests {
    private struct Late: Error {}

    private let measured = Measured()

    private func api(system: String = "grpc", address: String? = nil, port: Int? = nil) -> ExternalAPITelemetry {
        ExternalAPITelemetry(
            service: "payment.Payments", system: system, address: address, port: port, meter: measured.meter,
            tracer: measured.tracer
        ) { $0 is Late ? "DEADLINE_EXCEEDED" : nil }
    }

    @Test(
        arguments: [
            (nil, nil, [:]), ("pay.example", nil, ["server.address": "pay.example"]),
            ("pay.example", 50051, ["server.address": "pay.example", "server.port": 50051]), (nil, 50051, [:]),
        ] as [(String?, Int?, Attributes)])
    func aCallIsASpanAndAMeasurement(address: String?, port: Int?, server: Attributes) async throws {
        let result = try await api(address: address, port: port).call("Charge", status: { _ in "OK" }) { span in
            #expect(SpanContext.current == span.spanContext)
            return 7
        }
        #expect(result == 7)
        let labels: Attributes = [
            "rpc.system.name": "grpc", "rpc.method": "payment.Payments/Charge", "rpc.status_code": "OK",
        ]
        let metric = try #require(measured.reader.collect()["rpc.client.call.duration"])
        #expect(metric.unit == .seconds)
        #expect(metric.points.map(\.attributes) == [labels.merging(server)])
        let span = try #require(measured.span)
        #expect(span.name == "payment.Payments/Charge")
        #expect(span.kind == .client)
        #expect(span.status == .unset)
        #expect(span.attributes == labels.merging(server))
        #expect(metric.points.first?.exemplars.map { $0.context?.spanID } == [span.context.spanID.value])
        #expect(metric.points.first?.histogram?.sum == Double(span.end &- span.start) / 1e9)
    }

    @Test(arguments: [(nil, nil), ("OK", nil), ("NOT_FOUND", "NOT_FOUND"), ("CANCELLED", "CANCELLED")])
    func everyStatusButOKIsAnError(status: String?, error: String?) async throws {
        try await api().call("Charge", status: { _ in status }) { _ in }
        let labels = try #require(measured.labels("rpc.client.call.duration").first)
        #expect(labels["rpc.status_code"] == status.map { .string($0) })
        #expect(labels["error.type"] == error.map { .string($0) })
        #expect(measured.span?.attributes["error.type"] == error.map { .string($0) })
        #expect(measured.span?.status == (error == nil ? .unset : .error("")))
    }

    @Test func whatIsThrownHasTheStatusThatItStandsFor() async throws {
        await #expect(throws: Late.self) { try await api().call("Charge") { _ in throw Late() } }
        let labels = try #require(measured.labels("rpc.client.call.duration").first)
        #expect(labels["rpc.status_code"] == "DEADLINE_EXCEEDED")
        #expect(labels["error.type"] == "DEADLINE_EXCEEDED")
        #expect(measured.span?.attributes["error.type"] == "DEADLINE_EXCEEDED")
        #expect(measured.span?.status.isError == true)
    }

    @Test(arguments: ["CANCELLED", "DEADLINE_EXCEEDED"])
    func aCancellationWithAStatusIsAnError(status: String) async throws {
        let api = ExternalAPITelemetry(
            service: "payment.Payments", meter: measured.meter, tracer: measured.tracer, status: { _ in status })
        await #expect(throws: CancellationError.self) {
            try await api.call("Charge") { _ in throw CancellationError() }
        }
        let labels = try #require(measured.labels("rpc.client.call.duration").first)
        #expect(labels["rpc.status_code"] == .string(status))
        #expect(labels["error.type"] == .string(status))
        #expect(measured.span?.attributes["error.type"] == .string(status))
        #expect(measured.span?.status == .error(""))
    }

    @Test func otherwiseItIsNamedByItsType() async throws {
        struct Lost: Error {}
        await #expect(throws: Lost.self) { try await api(system: "http").call("Charge") { _ in throw Lost() } }
        let labels = try #require(measured.labels("rpc.client.call.duration").first)
        #expect(labels["rpc.status_code"] == nil)
        #expect(labels["error.type"]?.description.hasSuffix("Lost") == true)
        #expect(labels["rpc.system.name"] == "http")
    }

    @Test func aCancellationIsNoError() async throws {
        await #expect(throws: CancellationError.self) {
            try await api().call("Charge") { _ in throw CancellationError() }
        }
        #expect(
            measured.labels("rpc.client.call.duration") == [
                ["rpc.system.name": "grpc", "rpc.method": "payment.Payments/Charge"]
            ])
        #expect(measured.span?.status == .unset)
    }
}
