import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

/// What a processor says became of spans.
struct Processed: Equatable {
    var exported = 0
    var queueFull = 0
    var alreadyShutdown = 0

    init(exported: Int = 0, queueFull: Int = 0, alreadyShutdown: Int = 0) {
        self.exported = exported
        self.queueFull = queueFull
        self.alreadyShutdown = alreadyShutdown
    }

    init(_ reader: InMemoryReader, component: String = "batching_span_processor") {
        let points = reader.collect()["otel.sdk.processor.span.processed"]?.points ?? []
        for point in points where point.attributes["otel.component.name"] == "\(component)/0" {
            switch point.attributes["error.type"] {
            case nil: exported += point.int ?? 0
            case "queue_full": queueFull += point.int ?? 0
            default: alreadyShutdown += point.int ?? 0
            }
        }
    }

    var total: Int { exported + queueFull + alreadyShutdown }
}
