extension EscapingScheme {
    /// A metric name as this scheme writes it.
    package func metricName(_ name: String) -> String {
        guard needsEscaping(name, isLegacy: LegacyNames.isMetricName) else { return name }
        return escaped(name, allowsColon: true)
    }

    /// A label name as this scheme writes it.
    package func labelName(_ name: String) -> String {
        guard needsEscaping(name, isLegacy: LegacyNames.isLabelName) else { return name }
        return escaped(name, allowsColon: false)
    }

    /// The name of the scheme in the headers of a scrape.
    package var token: String {
        switch self {
        case .allowUTF8: "allow-utf-8"
        case .underscores: "underscores"
        case .dots: "dots"
        case .values: "values"
        }
    }

    private func needsEscaping(_ name: String, isLegacy: (String) -> Bool) -> Bool {
        switch self {
        case .allowUTF8: false
        // Underscores are doubled even where nothing else is to do, so that every name can be turned back.
        case .dots: true
        case .underscores, .values: !name.isEmpty && !isLegacy(name)
        }
    }

    private func escaped(_ name: String, allowsColon: Bool) -> String {
        var escaped = self == .values ? "U__" : ""
        var isFirst = true
        for scalar in name.unicodeScalars {
            if scalar == "_" {
                escaped += self == .underscores ? "_" : "__"
            } else if isLegacy(scalar, isFirst: isFirst, allowsColon: allowsColon) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += replacement(scalar)
            }
            isFirst = false
        }
        return escaped
    }

    private func isLegacy(_ scalar: Unicode.Scalar, isFirst: Bool, allowsColon: Bool) -> Bool {
        guard scalar.isASCII, let byte = UInt8(exactly: scalar.value) else { return false }
        if LegacyNames.isDigit(byte) { return !isFirst }
        return LegacyNames.isLetterOrDigit(byte) || (allowsColon && scalar == ":")
    }

    private func replacement(_ scalar: Unicode.Scalar) -> String {
        switch self {
        case .values: "_\(String(scalar.value, radix: 16))_"
        case .dots: scalar == "." ? "_dot_" : "__"
        case .underscores, .allowUTF8: "_"
        }
    }
}
