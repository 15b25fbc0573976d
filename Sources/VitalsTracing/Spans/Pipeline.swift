import CVitals
import Synchronization
import VitalsMetrics

/// What a provider does with spans, from their beginning to their end. It never changes: another configuration is another
/// pipeline, and spans end in the one they began in.
final class Pipeline: Sendable {
    let sampler: Sampler
    /// What the sampler decides, if it need not be asked.
    let constant: Sampler.Constant?
    let processors: ProcessorGroup
    private let isToldOfBeginnings: Bool
    let limits: SpanLimits
    private let ids: (any IDGenerator)?
    private let hasIDs: Bool
    let metrics: SpanCounts?
    private let hasReportedIDs = Atomic(false)
    private let hasReportedDrops = Atomic(false)

    init(_ configuration: TracingConfiguration, _ registry: Registry?) {
        processors = ProcessorGroup(configuration.processors)
        isToldOfBeginnings = configuration.processors.contains { $0.isToldOfBeginnings }
        let wantsAll = configuration.processors.contains { $0.needsAllSpans }
        sampler =
            wantsAll && configuration.sampler.constant != .alwaysOn
            ? .alwaysRecord(configuration.sampler) : configuration.sampler
        constant = sampler.constant
        limits = configuration.limits
        ids = configuration.ids
        hasIDs = configuration.ids != nil
        metrics = registry.map { SpanCounts($0) }
    }

    /// What the sampler says, which has to be asked.
    func decide(_ request: SamplingRequest) -> SamplingResult {
        let former = vitals_set_tracing(true)
        defer { _ = vitals_set_tracing(former) }
        return sampler.sample(request)
    }

    @inline(__always)
    func began(_ span: borrowing Span, parent: borrowing Context) {
        if isToldOfBeginnings { tell(copy span, copy parent) }
    }

    @inline(never)
    private func tell(_ span: Span, _ parent: Context) {
        let former = vitals_set_tracing(true)
        for processor in processors.all where processor.isToldOfBeginnings { processor.onStart(span, parent: parent) }
        _ = vitals_set_tracing(former)
    }

    func ended(_ record: SpanRecord) {
        let isSampled = record.flags.contains(.sampled)
        metrics?.ended(isSampled: isSampled)
        let span = FinishedSpan(record, isSampled: isSampled)
        let former = vitals_set_tracing(true)
        // Lent: iteration would copy each processor.
        processors.all.withUnsafeBufferPointer { processors in
            for index in processors.indices { processors[index].onEnd(span) }
        }
        _ = vitals_set_tracing(former)
        if record.hasDropped { reportDrops(of: span) }
    }

    /// Once for all spans: they are many, and each tells how much it has lost.
    @inline(never)
    private func reportDrops(of span: FinishedSpan) {
        guard !hasReportedDrops.load(ordering: .relaxed), !hasReportedDrops.exchange(true, ordering: .relaxed) else {
            return
        }
        Diagnostics.log(
            .warning,
            "the span \(String(reflecting: String(span.name.unicodeScalars.prefix(100)))) has more than its limits allow: \(span.droppedAttributes) attributes, "
                + "\(span.droppedEvents) events, \(span.droppedLinks) links and what its events and links have too much "
                + "were dropped; raise the limits of spans or record less; of later spans only their counts tell")
    }

    /// Gives a context the id of a new trace.
    @inline(__always)
    func newTrace(_ context: inout Context) {
        guard hasIDs, let ids, let id = made(by: ids.traceID, \.isValid) else {
            context.traceHigh = vitals_random_identifier()
            context.traceLow = vitals_random_identifier()
            context.flags = .random
            return
        }
        context.traceHigh = id.high
        context.traceLow = id.low
        context.flags = ids.isRandom ? .random : []
    }

    /// The number of a new span.
    @inline(__always)
    func newSpan() -> UInt64 {
        guard hasIDs, let ids, let id = made(by: ids.spanID, \.isValid) else { return vitals_random_identifier() }
        return id.value
    }

    /// An id of a generator, which is asked again a few times where it makes nothing but zeros; nil if it makes no other.
    @inline(never)
    private func made<ID>(by make: () -> ID, _ isValid: (ID) -> Bool) -> ID? {
        let former = vitals_set_tracing(true)
        defer { _ = vitals_set_tracing(former) }
        for _ in 0..<10 {
            let id = make()
            if isValid(id) { return id }
        }
        if !hasReportedIDs.exchange(true, ordering: .relaxed) {
            Diagnostics.log(
                .warning,
                "an id generator made ids of nothing but zeros, ten in a row: random ones are used instead; nothing more "
                    + "is said about it")
        }
        return nil
    }
}
