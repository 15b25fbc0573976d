import CVitals
import VitalsMetrics

/// What an exporter reports on itself.
struct DeliveryMetrics: Sendable {
    private let inFlight: UpDownCounter<Int>
    private let exported: Counter<Int>
    private let duration: Histogram<Double>
    private let lastSuccess: Gauge<Double>
    private let attributes: Attributes

    /// - Parameter registry: Where the instruments are declared; it also numbers the exporters of a type.
    init(_ registry: Registry, _ signal: Signal, _ transport: any ExportTransport) {
        let meter = registry.meter("vitals")
        let item = signal.itemName
        inFlight = meter.upDownCounter(
            "otel.sdk.exporter.\(item).inflight", unit: signal.itemUnit,
            description: "Items that were passed to the exporter and are not exported yet.")
        exported = meter.counter(
            "otel.sdk.exporter.\(item).exported", unit: signal.itemUnit,
            description: "Items that the exporter is done with; those with an error.type were not delivered.")
        duration = meter.histogram(
            "otel.sdk.exporter.operation.duration", unit: .seconds,
            description: "The duration of exporting a batch, its repetitions included.", buckets: [])
        lastSuccess = meter.gauge(
            "vitals.exporter.last_success", of: Double.self, unit: .seconds,
            description: "When the peer took something last, in seconds since 1970.")
        let server = transport.server
        var attributes = registry.componentAttributes("\(transport.componentPrefix)_\(signal.exporterName)")
        attributes["server.address"] = .string(server.address)
        if let port = server.port { attributes["server.port"] = .int(port) }
        self.attributes = attributes
    }

    func began(_ items: Int) {
        inFlight.add(items, attributes)
    }

    /// An export that a peer acknowledged, perhaps without some of the items.
    func delivered(_ items: Int, rejected: Int, status: ExportFailure.Status, nanoseconds: UInt64) {
        let rejected = min(max(rejected, 0), items)
        inFlight.add(-items, attributes)
        exported.add(items - rejected, attributes)
        if rejected > 0 { exported.add(rejected, attributes.merging(["error.type": "rejected"])) }
        duration.record(Double(nanoseconds) / 1e9, attributes.merging(status.attributes))
        lastSuccess.set(Double(vitals_unix_nanoseconds()) / 1e9, attributes)
    }

    /// An export that failed, after which `counted` items are done with.
    func failed(_ items: Int, counting counted: Int, _ failure: ExportFailure, nanoseconds: UInt64) {
        inFlight.add(-items, attributes)
        var reasons: Attributes = ["error.type": .string(failure.kind)]
        if counted > 0 { exported.add(counted, attributes.merging(reasons)) }
        if let status = failure.status { reasons = reasons.merging(status.attributes) }
        duration.record(Double(nanoseconds) / 1e9, attributes.merging(reasons))
    }

    /// Items that were not delivered, though the export went on.
    func dropped(_ items: Int, as reason: String) {
        exported.add(items, attributes.merging(["error.type": .string(reason)]))
    }
}

extension ExportFailure.Status {
    /// As `otel.sdk.exporter.operation.duration` has it.
    var attributes: Attributes {
        switch self {
        case .http(let code): ["http.response.status_code": .int(code)]
        case .grpc(let code): ["rpc.status_code": .string(GRPCStatus.name(code))]
        }
    }
}
