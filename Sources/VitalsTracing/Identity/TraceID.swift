import CVitals

/// What all spans of one trace have in common: sixteen bytes, never all zero.
public struct TraceID: Sendable, Hashable {
    /// The first eight bytes, big endian.
    public let high: UInt64
    /// The last eight bytes, big endian.
    public let low: UInt64

    /// An id from its halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An id from 32 hexadecimal digits in lower case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count == 32, let high = Hexadecimal.number(digits.prefix(16)),
            let low = Hexadecimal.number(digits.suffix(16))
        else { return nil }
        self.init(high: high, low: low)
    }

    /// The id of no trace.
    public static let invalid = TraceID(high: 0, low: 0)

    /// An id of random bytes.
    public static func random() -> TraceID {
        TraceID(high: vitals_random_identifier(), low: vitals_random_identifier())
    }

    /// Whether any byte is not zero.
    @inlinable public var isValid: Bool { high | low != 0 }
}

extension TraceID: CustomStringConvertible {
    /// 32 hexadecimal digits in lower case.
    public var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}
