import CVitals

/// What tells a span from others of its trace: eight bytes, never all zero.
public struct SpanID: Sendable, Hashable {
    /// The eight bytes, big endian.
    public let value: UInt64

    /// An id from its bytes, big endian.
    @inlinable
    public init(_ value: UInt64) {
        self.value = value
    }

    /// An id from 16 hexadecimal digits in lower case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let value = Hexadecimal.number(text.utf8) else { return nil }
        self.init(value)
    }

    /// The id of no span.
    public static let invalid = SpanID(0)

    /// An id of random bytes.
    public static func random() -> SpanID {
        SpanID(vitals_random_identifier())
    }

    /// Whether any byte is not zero.
    @inlinable public var isValid: Bool { value != 0 }
}

extension SpanID: CustomStringConvertible {
    /// 16 hexadecimal digits in lower case.
    public var description: String { Hexadecimal.text(value) }
}
