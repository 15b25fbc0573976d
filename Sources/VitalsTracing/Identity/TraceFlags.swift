/// What a trace says about itself in one byte, as W3C defines it.
public struct TraceFlags: OptionSet, Sendable, Hashable {
    /// The byte.
    public let rawValue: UInt8

    /// Flags from their byte.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The span is recorded and exported, by whoever sets this.
    public static let sampled = TraceFlags(rawValue: 1)
    /// The last seven bytes of the trace id are random.
    public static let random = TraceFlags(rawValue: 2)
}
