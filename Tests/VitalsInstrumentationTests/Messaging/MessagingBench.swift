import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

/// Messages with a registry and spans of their own.
struct MessagingBench {
    let reader = InMemoryReader()
    private let exporter = InMemorySpanExporter()
    let tracer: Tracer
    let telemetry: MessagingTelemetry

    init(
        consumerGroup: String? = nil, address: String? = nil, port: Int? = nil, isTracing: Bool = true,
        links: Int = 128
    ) {
        let provider = TracerProvider()
        tracer = provider.tracer("test")
        telemetry = MessagingTelemetry(
            system: "test", consumerGroup: consumerGroup, address: address, port: port, meter: reader.meter(),
            tracer: tracer)
        guard isTracing else { return }
        var configuration = TracingConfiguration()
        configuration.processors = [SimpleSpanProcessor(exporter, registry: nil)]
        configuration.limits.links = links
        provider.start(configuration)
    }

    var spans: [FinishedSpan] { exporter.spans }

    subscript(name: String) -> FinishedSpan? { exporter.spans(named: name).first }

    /// The labels of all series of a metric.
    func labels(_ metric: String) -> [Attributes] { reader.collect()[metric]?.points.map(\.attributes) ?? [] }
}

/// What goes wrong in tests.
struct Refused: Error {}
