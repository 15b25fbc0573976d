/// The value of an attribute: a string, a boolean, a number, or an array of one of them.
///
/// `"1"` and `1` are different values, and so are `1` and `1.0`: they name different series.
public enum AttributeValue: Sendable {
    /// Text.
    case string(String)
    /// True or false.
    case bool(Bool)
    /// A 64-bit integer.
    case int(Int)
    /// A double.
    case double(Double)
    /// An array of texts.
    case strings([String])
    /// An array of booleans.
    case bools([Bool])
    /// An array of integers.
    case ints([Int])
    /// An array of doubles.
    case doubles([Double])
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// A string.
    @inlinable
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    /// A boolean.
    @inlinable
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    /// An integer.
    @inlinable
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    /// A double.
    @inlinable
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension AttributeValue: CustomStringConvertible {
    /// The value as text: what a person or a label reads. Arrays are JSON.
    public var description: String {
        switch self {
        case .string(let value): value
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): Self.text(value)
        case .strings(let values): Self.array(values.map(Self.quoted))
        case .bools(let values): Self.array(values.map { $0 ? "true" : "false" })
        case .ints(let values): Self.array(values.map { String($0) })
        case .doubles(let values):
            Self.array(values.map { $0.isFinite ? Self.text($0) : Self.quoted(Self.text($0)) })
        }
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        // A JSON number: a whole double has no fraction to show.
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func array(_ elements: [String]) -> String {
        "[\(elements.joined(separator: ","))]"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
