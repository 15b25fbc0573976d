import CVitals
import VitalsMetrics
import VitalsOTLP
import VitalsTracing

/// Everything that becomes of a program's spans, from start to shutdown.
struct TracesPipeline: Sendable {
    private let provider: TracerProvider
    private let processors: [any SpanProcessor]

    /// How long spans wait at most until they are shown to a person.
    private static let consoleDelay: Duration = .seconds(1)

    /// Begins to record; nil if spans have nowhere to go.
    init?(_ configuration: Configuration) throws(OTLPError) {
        let traces = configuration.traces
        guard traces.isRecording else { return nil }
        provider = traces.provider
        let observer = configuration.metrics.observesItself ? configuration.metrics.registry : nil
        var exports: [(exporter: any SpanExporter, delay: Duration)] = []
        if let settings = traces.push {
            let transport = try settings.makeTransport()
            let sender = OTLPSender(settings, transport, .traces, registry: observer ?? Registry())
            let exporter = OTLPSpanExporter(settings, sender, resource: Resource.attributes(of: configuration))
            exports.append((exporter, traces.batch.delay))
        }
        if traces.console { exports.append((ConsoleSpanExporter(), min(traces.batch.delay, Self.consoleDelay))) }
        exports += traces.exporters.map { ($0, traces.batch.delay) }
        let metrics = traces.spanMetrics ? [SpanMetricsProcessor(configuration.metrics.registry)] : []
        processors =
            metrics + traces.processors
            + exports.map { exporter, delay -> any SpanProcessor in
                let batches = BatchSpanProcessor(
                    exporter, queue: traces.batch.queue, batch: traces.batch.size, delay: delay,
                    timeout: traces.batch.timeout, registry: observer)
                guard let tail = traces.tail else { return batches }
                return TailSpanProcessor(
                    next: batches, slowerThan: tail.slowerThan, keepsErrors: tail.keepsErrors, limits: tail.limits,
                    registry: observer)
            }
        var tracing = TracingConfiguration()
        tracing.sampler = traces.sampler ?? .usual(in: configuration.environment)
        tracing.limits = traces.limits
        tracing.ids = traces.ids
        tracing.processors = processors
        provider.start(tracing, registry: observer)
    }

    /// True if everything was delivered by `deadline` (monotonic nanoseconds).
    func flush(until deadline: UInt64) -> Bool {
        provider.flush(timeout: .until(deadline))
    }

    /// True if what has ended was delivered by `deadline`. Another program's part may have started the provider again
    /// since the first time.
    func shutdown(until deadline: UInt64, isFirst: Bool) -> Bool {
        if isFirst { return provider.shutdown(timeout: .until(deadline)) }
        return processors.map { $0.shutdown(timeout: .until(deadline)) }.allSatisfy(\.self)
    }
}
