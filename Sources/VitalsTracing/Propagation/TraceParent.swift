/// The header `traceparent`: `00-<trace id>-<span id>-<flags>` in lower case.
enum TraceParent {
    static let name = "traceparent"

    private static let length = 55

    /// The span of another service that the header names; nil if it is invalid.
    static func read(_ header: String) -> SpanContext? {
        header.withHeaderBytes { bytes in
            read(UnsafeBufferPointer(rebasing: bytes.trimmed))
        }
    }

    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> SpanContext? {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Hexadecimal.number(bytes[0..<2]), version != 0xFF,
            let high = Hexadecimal.number(bytes[3..<19]), let low = Hexadecimal.number(bytes[19..<35]),
            let span = Hexadecimal.number(bytes[36..<52]), let flags = Hexadecimal.number(bytes[53..<55])
        else { return nil }
        // Later versions may say more, after another dash.
        guard bytes.count == length || version > 0 && bytes[length] == dash else { return nil }
        let context = SpanContext(
            traceID: TraceID(high: high, low: low), spanID: SpanID(span),
            flags: TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags)).intersection(.known), isRemote: true)
        return context.isValid ? context : nil
    }

    /// The header for a span.
    static func text(_ context: borrowing Context) -> String {
        let flags = context.flags.intersection(.known).rawValue
        let (high, low, span) = (context.traceHigh, context.traceLow, context.spanNumber)
        return String(unsafeUninitializedCapacity: length) { bytes in
            for place in [0, 1, 53] { bytes[place] = UInt8(ascii: "0") }
            for place in [2, 35, 52] { bytes[place] = UInt8(ascii: "-") }
            Hexadecimal.write(high, to: bytes, at: 3)
            Hexadecimal.write(low, to: bytes, at: 19)
            Hexadecimal.write(span, to: bytes, at: 36)
            bytes[54] = UInt8(ascii: "0") &+ flags
            return length
        }
    }
}

extension TraceFlags {
    /// What is passed on: nobody knows what the other bits will mean.
    fileprivate static let known: TraceFlags = [.sampled, .random]
}
