import CVitals
import VitalsMetrics

/// What a provider does with spans, from their beginning to their end. It never changes: another configuration is another
/// pipeline, and spans end in the one they began in.
final class Pipeline: Sendable {
    let sampler: Sampler
    let processors: [any SpanProcessor]
    let limits: SpanLimits
    let ids: (any IDGenerator)?
    let metrics: SpanCounts?
    let wantsEnding: Bool

    init(_ configuration: TracingConfiguration, _ registry: Registry?) {
        processors = configuration.processors
        sampler =
            configuration.processors.contains { $0.needsAllSpans }
            ? .alwaysRecord(configuration.sampler) : configuration.sampler
        limits = configuration.limits
        ids = configuration.ids
        metrics = registry.map { SpanCounts($0) }
        wantsEnding = configuration.processors.contains { $0.wantsEnding }
    }

    func ended(_ record: SpanRecord) {
        let isSampled = record.flags.contains(.sampled)
        metrics?.ended(isSampled: isSampled)
        let span = FinishedSpan(record, isSampled: isSampled)
        for processor in processors { processor.onEnd(span) }
    }

    /// Gives a context the id of a new trace.
    @inline(__always)
    func newTrace(_ context: inout Context) {
        guard let ids else {
            context.traceHigh = vitals_random_identifier()
            context.traceLow = vitals_random_identifier()
            context.flags = .random
            return
        }
        let id = ids.traceID()
        context.traceHigh = id.high
        context.traceLow = id.low
        context.flags = ids.isRandom ? .random : []
    }
}
