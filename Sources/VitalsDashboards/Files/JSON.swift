/// JSON whose objects keep their order, so that the same dashboard has the same bytes.
indirect enum JSON {
    case object([(String, JSON)])
    case array([JSON])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    /// Two spaces for each level, a member a line.
    var text: String {
        var text = ""
        write(to: &text, indentation: "")
        return text
    }

    private func write(to text: inout String, indentation: String) {
        switch self {
        case .object(let members) where members.isEmpty: text += "{}"
        case .array(let elements) where elements.isEmpty: text += "[]"
        case .object(let members):
            let inner = indentation + "  "
            for (index, (key, value)) in members.enumerated() {
                text += index == 0 ? "{\n\(inner)" : ",\n\(inner)"
                Self.quote(key, to: &text)
                text += ": "
                value.write(to: &text, indentation: inner)
            }
            text += "\n\(indentation)}"
        case .array(let elements):
            let inner = indentation + "  "
            for (index, element) in elements.enumerated() {
                text += index == 0 ? "[\n\(inner)" : ",\n\(inner)"
                element.write(to: &text, indentation: inner)
            }
            text += "\n\(indentation)]"
        case .string(let value): Self.quote(value, to: &text)
        // There is no way to write others.
        case .number(let value): text += value.isFinite ? Int(exactly: value).map { "\($0)" } ?? "\(value)" : "null"
        case .bool(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }
    init(nilLiteral: ()) { self = .null }
}
