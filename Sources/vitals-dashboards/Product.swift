import Vitals
import VitalsDashboards

/// Everything that Vitals itself can measure.
enum Product {
    /// Starts all of it, without an endpoint that anybody could find and without a peer: an instrument is in the catalogue
    /// if the product declares it. The program ends before anything could be pushed.
    static func catalogue() throws -> Catalogue {
        let registry = Registry()
        var configuration = Configuration(service: "vitals-dashboards")
        configuration.isDisabled = false
        configuration.detectors = []
        configuration.metrics.registry = registry
        configuration.endpoint = EndpointConfiguration()
        configuration.endpoint?.host = "127.0.0.1"
        configuration.endpoint?.port = 0
        configuration.push = PushConfiguration(otlp: nobody)
        configuration.traces.provider = TracerProvider()
        configuration.traces.push = nobody
        configuration.traces.tail = TailConfiguration()
        configuration.traces.spanMetrics = true
        let telemetry = try Telemetry.start(configuration)
        declareReadyMade(registry.meter("vitals.instrumentation"), telemetry.tracer("vitals.instrumentation"))
        // That nobody takes what is pushed at the end is no news.
        Diagnostics.handle { _, _ in }
        return Catalogue(registry)
    }

    private static var nobody: OTLPConfiguration {
        var otlp = OTLPConfiguration()
        otlp.endpoint = "http://127.0.0.1:9"
        return otlp
    }

    private static func declareReadyMade(_ meter: Meter, _ tracer: Tracer) {
        _ = HTTPServerTelemetry(meter: meter, tracer: tracer)
        _ = HTTPClientTelemetry(meter: meter, tracer: tracer)
        _ = ExternalAPITelemetry(service: "any", meter: meter, tracer: tracer)
        let database = DatabaseTelemetry(system: "any", meter: meter, tracer: tracer)
        database.watchConnections(of: "any") { (idle: 0, used: 0) }.cancel()
        _ = CacheTelemetry("any", system: "any", meter: meter, tracer: tracer)
        _ = MessagingTelemetry(system: "any", meter: meter, tracer: tracer)
        _ = StreamProcessorTelemetry("any", capacity: 1, meter: meter)
    }
}
