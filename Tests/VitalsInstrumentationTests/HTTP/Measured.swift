import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

/// A registry and a provider of a test's own, and what is in them.
final class Measured: Sendable {
    let reader = InMemoryReader()
    let exporter = InMemorySpanExporter()
    let provider = TracerProvider()
    var meter: Meter { reader.meter() }
    var tracer: Tracer { provider.tracer("test") }
    var span: FinishedSpan? { exporter.spans.last }

    init(sampler: Sampler = .alwaysOn, records: Bool = true) {
        guard records else { return }
        var configuration = TracingConfiguration()
        configuration.sampler = sampler
        configuration.processors = [SimpleSpanProcessor(exporter)]
        provider.start(configuration)
    }

    /// The labels of all series of a metric.
    func labels(_ name: String) -> [Attributes] {
        reader.collect()[name]?.points.map(\.attributes) ?? []
    }

    /// The value of the only series of an up-down counter.
    func total(_ name: String) -> Double? {
        let points = reader.collect()[name]?.points ?? []
        return points.count == 1 ? points[0].number : nil
    }
}
