import Vitals
import VitalsSQLite
import VitalsTesting

@testable import storefront

/// Telemetry of a test's own, and services that use it.
struct Bench {
    let reader = InMemoryReader()
    let exporter = InMemorySpanExporter()
    let meter: Meter
    let tracer: Tracer
    private let provider = TracerProvider()

    init() {
        var configuration = TracingConfiguration()
        configuration.processors = [SimpleSpanProcessor(exporter)]
        provider.start(configuration)
        meter = reader.meter()
        tracer = provider.tracer("test")
    }

    func database(_ file: String = ":memory:") throws -> ShopDatabase {
        try ShopDatabase(file, telemetry: DatabaseTelemetry(system: "sqlite", meter: meter, tracer: tracer))
    }

    /// A payment service on a free port.
    func payment(slow: Double = 0, declined: Double = 0, failing: Double = 0) throws -> Endpoint {
        var options = PaymentOptions()
        options.port = 0
        options.faults = Faults(slow: slow, declined: declined, failing: failing)
        return try PaymentService.open(options, meter, tracer)
    }

    func paymentClient(
        _ address: String, _ client: HTTPClient? = nil, timeout: Duration = .seconds(10),
        total: Duration = .seconds(600)
    ) throws -> PaymentClient {
        var patience = PaymentClient.Patience()
        patience.timeout = timeout
        patience.total = total
        patience.pause = .milliseconds(1)
        return PaymentClient(
            address, client: try client ?? HTTPClient(limit: 100),
            api: ExternalAPITelemetry(service: "payment.Payments", meter: meter, tracer: tracer),
            http: HTTPClientTelemetry(meter: meter, tracer: tracer), patience: patience)
    }

    /// A shop on a free port.
    func shop(payment: ServiceAddress) throws -> Shop {
        var options = ShopOptions()
        options.port = 0
        options.database = ":memory:"
        return try Shop(
            options, database: Shop.openDatabase(options, meter: meter, tracer: tracer), payment: payment, meter: meter,
            tracer: tracer)
    }

    func counter(_ name: String, _ attributes: Attributes = [:]) -> Int {
        Int(reader.counter(name, attributes) ?? 0)
    }
}

extension Endpoint {
    var address: ServiceAddress { ServiceAddress(port: port) }
}
