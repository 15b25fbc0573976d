import CVitals
import VitalsMetrics

/// What a provider does with spans, from their beginning to their end. It never changes: another configuration is another
/// pipeline, and spans end in the one they began in.
final class Pipeline: Sendable {
    let sampler: Sampler
    /// What the sampler decides, if it need not be asked.
    let constant: Sampler.Constant?
    let processors: [any SpanProcessor]
    let limits: SpanLimits
    private let ids: (any IDGenerator)?
    private let hasIDs: Bool
    let metrics: SpanCounts?

    init(_ configuration: TracingConfiguration, _ registry: Registry?) {
        processors = configuration.processors
        sampler =
            configuration.processors.contains { $0.needsAllSpans }
            ? .alwaysRecord(configuration.sampler) : configuration.sampler
        constant = sampler.constant
        limits = configuration.limits
        ids = configuration.ids
        hasIDs = configuration.ids != nil
        metrics = registry.map { SpanCounts($0) }
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
        guard hasIDs, let ids else {
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

    /// The number of a new span.
    @inline(__always)
    func newSpan() -> UInt64 {
        guard hasIDs, let ids else { return vitals_random_identifier() }
        return ids.spanID().value
    }
}
