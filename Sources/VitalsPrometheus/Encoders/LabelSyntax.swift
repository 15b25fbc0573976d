import VitalsBytes

/// How a format writes the labels of a series.
enum LabelSyntax: Hashable {
    /// `name="value",name="value"`, without braces.
    case text
    /// A LabelPair message for each label, as fields of a Metric.
    case protobuf

    /// Appends one label; `isFirst` if none of the same series stands before it.
    func append(_ name: String, _ value: String, isFirst: Bool, to out: inout ByteBuffer) {
        switch self {
        case .text:
            if !isFirst { out.append(",") }
            if LegacyNames.isLabelName(name) {
                out.append(text: name)
            } else {
                out.append("\"")
                Self.append(name, escapingQuotes: true, to: &out)
                out.append("\"")
            }
            out.append("=\"")
            Self.append(value, escapingQuotes: true, to: &out)
            out.append("\"")
        case .protobuf:
            let label = out.beginMessage(field: 1)
            out.append(field: 1, text: name)
            out.append(field: 2, text: value)
            out.endMessage(label)
        }
    }

    /// Appends text with backslashes, line feeds and, if asked, quotes escaped.
    static func append(_ text: String, escapingQuotes: Bool, to out: inout ByteBuffer) {
        var text = text
        text.withUTF8 { bytes in
            let isPlain = bytes.allSatisfy { $0 != 0x5C && $0 != 0x0A && $0 != 0x22 }
            if isPlain { return out.append(UnsafeRawBufferPointer(bytes)) }
            for byte in bytes {
                switch byte {
                case 0x5C: out.append("\\\\")
                case 0x0A: out.append("\\n")
                case 0x22 where escapingQuotes: out.append("\\\"")
                default: out.append(byte)
                }
            }
        }
    }
}
