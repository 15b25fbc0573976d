import VitalsBytes
import VitalsPrometheus

/// A condition on an attribute, as it stands between the braces of a selector.
public struct Matcher: Sendable, Hashable, CustomStringConvertible {
    /// The condition in PromQL.
    public let description: String

    private init(_ key: String, _ comparison: String, _ value: String) {
        description = "\(Label.name(key))\(comparison)\(Label.quoted(value))"
    }

    /// The attribute has this value; the empty one is that of series without the attribute.
    public static func equal(_ key: String, _ value: String) -> Matcher { Matcher(key, "=", value) }

    /// The attribute has another value.
    public static func notEqual(_ key: String, _ value: String) -> Matcher { Matcher(key, "!=", value) }

    /// The whole value is like this regular expression.
    public static func like(_ key: String, _ expression: String) -> Matcher { Matcher(key, "=~", expression) }
}

/// Labels of Prometheus.
enum Label {
    private static let names = LabelNames(strategy: .underscoreEscapingWithSuffixes, escaping: .underscores)

    /// The label that an attribute becomes.
    static func name(_ key: String) -> String { names.name(key) }

    /// An expression for the label `le` of a bound: a whole number is `1` to some and `1.0` to others.
    static func bound(_ bound: Double) -> String {
        var text = ByteBuffer()
        text.append(bound, as: .text)
        let written = String(decoding: UnsafeRawBufferPointer(start: text.base, count: text.count), as: UTF8.self)
        let escaped = written.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "\\+")
            .split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
        return written.contains(".") || written.contains("e") ? escaped : "\(escaped)(\\.0)?"
    }

    /// A value as PromQL writes it.
    static func quoted(_ value: String) -> String {
        var text = "\""
        for character in value.unicodeScalars {
            switch character {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text + "\""
    }
}
