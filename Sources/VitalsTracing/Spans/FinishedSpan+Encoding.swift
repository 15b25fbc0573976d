package import VitalsMetrics

/// What encoders read of a span, without copies of more than they read.
extension FinishedSpan {
    /// The ids, each of eight bytes; that of the parent is zero without one.
    package var numbers: (traceHigh: UInt64, traceLow: UInt64, span: UInt64, parent: UInt64) {
        (record.traceHigh, record.traceLow, record.spanNumber, record.parentNumber)
    }

    /// What the trace says about itself.
    package var flags: TraceFlags { record.flags }

    /// What vendors say about the trace.
    package var traceState: TraceState { record.traceState }

    /// The attributes in their order, each once.
    package var attributePairs: [(String, AttributeValue)] { record.final.attributes }

    /// The same for all spans of a tracer.
    package var scopeIdentity: ObjectIdentifier { ObjectIdentifier(record.scope) }
}

extension TraceState {
    /// Calls `body` with each key and its value, in their order.
    package func forEach(_ body: (_ key: String, _ value: String) -> Void) {
        for member in members ?? [] { body(member.key, member.value) }
    }
}
