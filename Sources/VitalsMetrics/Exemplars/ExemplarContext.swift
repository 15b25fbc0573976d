/// The span in which a measurement was made: all that the core knows of tracing.
public struct ExemplarContext: Sendable, Hashable {
    /// The first and the last eight bytes of the trace id, big endian.
    public let traceID: (high: UInt64, low: UInt64)
    /// The span id, big endian.
    public let spanID: UInt64
    /// The W3C trace flags.
    public let flags: UInt8

    /// A context from the ids and flags of a span.
    public init(traceID: (high: UInt64, low: UInt64), spanID: UInt64, flags: UInt8) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// Whether the span is sampled, so that someone who follows the exemplar will find it.
    public var isSampled: Bool { flags & 1 != 0 }

    /// Whether both contexts name the same span with the same flags.
    public static func == (first: ExemplarContext, second: ExemplarContext) -> Bool {
        first.traceID == second.traceID && first.spanID == second.spanID && first.flags == second.flags
    }

    /// Hashes the ids.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(traceID.high)
        hasher.combine(traceID.low)
        hasher.combine(spanID)
    }
}
