import VitalsMetrics
import VitalsTesting
import VitalsTracing

/// A registry and a provider of a test's own, and what came to them.
struct TracedPeer: ~Copyable {
    let reader = InMemoryReader()
    let exporter = InMemorySpanExporter()
    private let provider = TracerProvider()

    var meter: Meter { reader.meter() }
    var tracer: Tracer { provider.tracer("test") }

    init(sampler: Sampler = .alwaysOn) {
        var configuration = TracingConfiguration()
        configuration.sampler = sampler
        configuration.processors = [SimpleSpanProcessor(exporter)]
        provider.start(configuration)
    }

    deinit {
        _ = provider.shutdown()
    }

    /// The labels of a metric's series.
    func labels(_ metric: String) -> [Attributes] {
        reader.collect()[metric]?.points.map(\.attributes) ?? []
    }
}
