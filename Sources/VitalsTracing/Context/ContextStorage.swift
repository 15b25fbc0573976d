/// What a context carries beside the ids of its span, where there is anything. The record of a span is one too, so that a
/// span that is recorded needs no second object.
class ContextStorage: @unchecked Sendable {
    final let traceState: TraceState
    final let baggage: Baggage
    final let values: [ObjectIdentifier: any Sendable]?
    /// The record of the span, where this is not itself the record.
    final let record: SpanRecord?

    init(
        traceState: TraceState, baggage: Baggage, values: [ObjectIdentifier: any Sendable]?, record: SpanRecord? = nil
    ) {
        self.traceState = traceState
        self.baggage = baggage
        self.values = values
        self.record = record
    }

    private var carriesNothing: Bool { traceState.isEmpty && baggage.isEmpty && values?.isEmpty ?? true }

    /// The storage of a context that has just this; nil where there is nothing to store.
    static func of(
        _ traceState: TraceState, _ baggage: Baggage, _ values: [ObjectIdentifier: any Sendable]?,
        _ record: SpanRecord? = nil
    ) -> ContextStorage? {
        if traceState.isEmpty, baggage.isEmpty, values?.isEmpty ?? true, record?.carriesNothing ?? true {
            return record
        }
        return ContextStorage(traceState: traceState, baggage: baggage, values: values, record: record)
    }

    /// What a context carries without the record of its span.
    static func of(_ context: borrowing Context) -> ContextStorage? {
        guard let storage = context.storage else { return nil }
        return of(storage.traceState, storage.baggage, storage.values)
    }
}
