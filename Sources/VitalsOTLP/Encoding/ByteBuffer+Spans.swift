import VitalsBytes
import VitalsMetrics
import VitalsTracing

/// Spans as OTLP has them, their fields in the order of their numbers.
extension ByteBuffer {
    /// Appends a `Span`.
    mutating func append(_ span: FinishedSpan) {
        // Its length takes two bytes, but for very short and very long ones.
        let message = beginMessage(field: 2, expecting: 1 << 7)
        let numbers = span.numbers
        append(field: 1, traceHigh: numbers.traceHigh, low: numbers.traceLow)
        append(field: 2, spanNumber: numbers.span)
        append(field: 3, span.traceState)
        if numbers.parent != 0 { append(field: 4, spanNumber: numbers.parent) }
        append(field: 5, text: span.name)
        append(field: 6, varint: UInt64(span.kind.rawValue))
        append(field: 7, fixed64: span.start)
        append(field: 8, fixed64: span.end)
        append(field: 9, pairs: span.attributePairs)
        append(field: 10, count: span.droppedAttributes)
        for event in span.events { append(event) }
        append(field: 12, count: span.droppedEvents)
        for link in span.links { append(link) }
        append(field: 14, count: span.droppedLinks)
        append(span.status)
        append(field: 16, fixed32: Self.flags(span.flags, isRemote: span.isParentRemote))
        endMessage(message)
    }

    private mutating func append(_ event: SpanEvent) {
        let message = beginMessage(field: 11)
        append(field: 1, fixed64: event.time)
        append(field: 2, text: event.name)
        append(field: 3, pairs: event.attributes.given)
        append(field: 4, count: event.droppedAttributes)
        endMessage(message)
    }

    private mutating func append(_ link: SpanLink) {
        let message = beginMessage(field: 13)
        let context = link.context
        append(field: 1, traceHigh: context.traceID.high, low: context.traceID.low)
        append(field: 2, spanNumber: context.spanID.value)
        append(field: 3, context.traceState)
        append(field: 4, pairs: link.attributes.given)
        append(field: 5, count: link.droppedAttributes)
        append(field: 6, fixed32: Self.flags(context.flags, isRemote: context.isRemote))
        endMessage(message)
    }

    /// Appends a `Status`, unless nobody says anything.
    private mutating func append(_ status: SpanStatus) {
        guard status != .unset else { return }
        let message = beginMessage(field: 15)
        if case .error(let text) = status {
            if !text.isEmpty { append(field: 2, text: text) }
            append(field: 3, varint: 2)
        } else {
            append(field: 3, varint: 1)
        }
        endMessage(message)
    }

    /// Appends a trace state as its header has it; nothing, if there is none.
    private mutating func append(field: UInt32, _ state: TraceState) {
        guard !state.isEmpty else { return }
        let text = beginMessage(field: field, expecting: 1 << 7)
        let start = count
        state.forEach { key, value in
            if count > start { append(UInt8(ascii: ",")) }
            append(text: key)
            append(UInt8(ascii: "="))
            append(text: value)
        }
        endMessage(text)
    }

    private mutating func append(field: UInt32, traceHigh: UInt64, low: UInt64) {
        append(tag: field, .delimited)
        append(varint: 16)
        append(fixed64: traceHigh.byteSwapped)
        append(fixed64: low.byteSwapped)
    }

    private mutating func append(field: UInt32, spanNumber: UInt64) {
        append(tag: field, .delimited)
        append(varint: 8)
        append(fixed64: spanNumber.byteSwapped)
    }

    /// Appends how many of something were dropped, if any.
    private mutating func append(field: UInt32, count: Int) {
        if count > 0 { append(field: field, varint: UInt64(UInt32(clamping: count))) }
    }

    /// The flags of W3C, that it is known where the parent or the linked span is, and whether it is in another service.
    private static func flags(_ flags: TraceFlags, isRemote: Bool) -> UInt32 {
        UInt32(flags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
    }
}
