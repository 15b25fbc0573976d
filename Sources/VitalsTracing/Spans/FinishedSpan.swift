public import VitalsMetrics

/// A span that has ended.
public struct FinishedSpan: Sendable {
    let record: SpanRecord
    /// Whether it is for export: its sampler, or a processor, wants it.
    public let isSampled: Bool

    init(_ record: SpanRecord, isSampled: Bool) {
        self.record = record
        self.isSampled = isSampled
    }

    /// The span as one that is for export, though no sampler wanted it.
    func sampled() -> FinishedSpan { FinishedSpan(record, isSampled: true) }

    /// The name.
    public var name: String { record.final.name }
    /// The kind.
    public var kind: SpanKind { record.kind }
    /// What identifies it.
    public var context: SpanContext {
        SpanContext(
            traceID: TraceID(high: record.traceHigh, low: record.traceLow), spanID: SpanID(record.spanNumber),
            flags: record.flags, traceState: record.traceState)
    }
    /// The parent's span id, if there was one.
    public var parentID: SpanID? { record.parentNumber == 0 ? nil : SpanID(record.parentNumber) }
    /// Whether the parent is a span of another service.
    public var isParentRemote: Bool { record.isParentRemote }
    /// When it began, in unix nanoseconds.
    public var start: UInt64 { record.start }
    /// When it ended, in unix nanoseconds.
    public var end: UInt64 { record.final.end }
    /// How long it took. Nothing if it was said to end before it began.
    public var duration: Duration {
        let end = end
        return .nanoseconds(end > start ? Int64(clamping: end - start) : 0)
    }
    /// The attributes.
    public var attributes: Attributes { Attributes(given: record.final.attributes) }
    /// What happened, in order.
    public var events: [SpanEvent] { record.final.events ?? [] }
    /// The spans that it has to do with, in order.
    public var links: [SpanLink] { record.final.links ?? [] }
    /// How it ended.
    public var status: SpanStatus { record.final.status }
    /// The tracer that made it.
    public var scope: InstrumentationScope { record.scope.scope }
    /// How many attributes were beyond the limit.
    public var droppedAttributes: Int { Int(record.final.droppedAttributes) }
    /// How many events were beyond the limit.
    public var droppedEvents: Int { Int(record.final.droppedEvents) }
    /// How many links were beyond the limit.
    public var droppedLinks: Int { Int(record.final.droppedLinks) }
}
