import CVitals
import VitalsMetrics
import VitalsOTLP
import VitalsTracing

/// Everything that becomes of a program's spans, from start to shutdown.
struct TracesPipeline: Sendable {
    private let provider: TracerProvider
    private let processors: ProcessorGroup

    /// How long spans wait at most until they are shown to a person.
    private static let consoleDelay: Duration = .seconds(1)

    /// Begins to record; nil if spans have nowhere to go.
    init?(_ configuration: Configuration) throws(TelemetryError) {
        let traces = configuration.traces
        guard traces.isRecording else { return nil }
        provider = traces.provider
        let observer = configuration.metrics.observesItself ? configuration.metrics.registry : nil
        var exports: [(exporter: any SpanExporter, delay: Duration)] = []
        if let settings = traces.push {
            let transport: any ExportTransport
            do throws(OTLPError) { transport = try settings.makeTransport() } catch { throw .traces(error) }
            let sender = OTLPSender(settings, transport, .traces, registry: observer ?? Registry())
            let exporter = OTLPSpanExporter(settings, sender, resource: Resource.attributes(of: configuration))
            exports.append((exporter, traces.batch.delay))
        }
        if traces.console { exports.append((ConsoleSpanExporter(), min(traces.batch.delay, Self.consoleDelay))) }
        exports += traces.exporters.map { ($0, traces.batch.delay) }
        let metrics = traces.spanMetrics ? [SpanMetricsProcessor(configuration.metrics.registry)] : []
        processors = ProcessorGroup(
            metrics + traces.processors
                + exports.map { exporter, delay -> any SpanProcessor in
                    let batches = BatchSpanProcessor(
                        exporter, queue: traces.batch.queue, batch: traces.batch.size, delay: delay,
                        timeout: traces.batch.timeout, registry: observer)
                    guard let tail = traces.tail else { return batches }
                    return TailSpanProcessor(
                        next: batches, slowerThan: tail.slowerThan, keepsErrors: tail.keepsErrors, limits: tail.limits,
                        registry: observer)
                })
        var tracing = TracingConfiguration()
        tracing.sampler = traces.sampler ?? .usual(in: configuration.environment)
        tracing.limits = traces.limits
        tracing.ids = traces.ids
        tracing.processors = processors.all
        guard provider.start(tracing, registry: observer) else {
            _ = processors.shutdown(timeout: .zero)
            throw .alreadyStarted
        }
    }

    /// True if everything was delivered by `deadline` (monotonic nanoseconds).
    func flush(until deadline: UInt64) -> Bool {
        processors.flush(timeout: .until(deadline))
    }

    /// Ends the recording of spans. At once: later the provider may have been started again.
    func stop() {
        provider.stop()
    }

    /// True if what has ended was delivered by `deadline`.
    func shutdown(until deadline: UInt64) -> Bool {
        processors.shutdown(timeout: .until(deadline))
    }
}
