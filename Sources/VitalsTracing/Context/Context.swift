/// What an execution carries with it through calls, tasks and services: the current span, baggage, and values of the
/// program's own. It cannot be changed, only replaced for a while: `withContext`.
public struct Context: Sendable {
    var traceHigh: UInt64 = 0
    var traceLow: UInt64 = 0
    var spanNumber: UInt64 = 0
    var flags: TraceFlags = []
    var isRemote = false
    /// Whether it is that of an exporter: spans that begin there are not recorded, as each would be the reason for the
    /// next.
    var isExporting = false
    /// Whether the storage is the record of the current span.
    var isRecording = false
    var storage: ContextStorage?

    /// A context with nothing in it.
    public init() {}

    /// The current span, if there is one; it may have ended, and it may be one of another service.
    public var spanContext: SpanContext {
        get {
            SpanContext(
                traceID: TraceID(high: traceHigh, low: traceLow), spanID: SpanID(spanNumber), flags: flags,
                traceState: storage?.traceState ?? TraceState(), isRemote: isRemote)
        }
        set {
            traceHigh = newValue.traceID.high
            traceLow = newValue.traceID.low
            spanNumber = newValue.spanID.value
            flags = newValue.flags
            isRemote = newValue.isRemote
            isRecording = false
            storage = .of(newValue.traceState, baggage, storage?.values)
        }
    }

    /// The current span. What is done to one that is not recorded has no effect.
    public var span: Span { Span(context: self) }

    /// What the program wants known wherever the execution goes, in other services too.
    public var baggage: Baggage {
        get { storage?.baggage ?? Baggage() }
        set { storage = .of(storage?.traceState ?? TraceState(), newValue, storage?.values, record) }
    }

    /// A value of the program's own.
    public subscript<Key: ContextKey>(_ key: Key.Type) -> Key.Value? {
        get { storage?.values?[ObjectIdentifier(key)] as? Key.Value }
        set {
            var values = storage?.values ?? [:]
            values[ObjectIdentifier(key)] = newValue
            storage = .of(storage?.traceState ?? TraceState(), baggage, values, record)
        }
    }

    /// Whether there is a current span.
    var hasSpan: Bool { traceHigh | traceLow != 0 && spanNumber != 0 }

    /// The record of the current span, if it has one.
    var record: SpanRecord? {
        guard isRecording, let storage else { return nil }
        return storage.record ?? unsafeDowncast(storage, to: SpanRecord.self)
    }
}
