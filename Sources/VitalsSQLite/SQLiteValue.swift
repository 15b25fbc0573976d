/// A value in a database. Literals will do for it, and so will `nil`.
public enum SQLiteValue: Sendable, Hashable {
    /// Nothing.
    case null
    /// An integer.
    case integer(Int64)
    /// A double.
    case real(Double)
    /// Text.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLiteValue {
    /// The integer; nil if it is anything else, or beyond what an `Int` holds.
    public var int: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The number, whole ones included; nil if it is anything else.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// The text; nil if it is anything else.
    public var string: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The bytes; nil if it is anything else.
    public var bytes: [UInt8]? {
        if case .blob(let value) = self { value } else { nil }
    }
}

extension SQLiteValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation
{
    /// Nothing.
    public init(nilLiteral: ()) { self = .null }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A double.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
}
