import VitalsMetrics

/// The words that a unit adds to a name: `By/s` has `bytes` and `per_second`.
struct UnitWords {
    /// What is counted, or nothing.
    let main: String
    /// `per_` and what it is counted by, or nothing.
    let per: String

    init(_ unit: Unit) {
        let parts = Self.withoutAnnotations(unit.symbol).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        main = parts.first.map { Self.word($0, in: Self.words) } ?? ""
        let rate = parts.count > 1 ? Self.word(parts[1], in: Self.rates) : ""
        per = rate.isEmpty ? "" : "per_\(rate)"
    }

    /// Both, as they stand at the end of a name.
    var suffix: String {
        main.isEmpty || per.isEmpty ? main + per : "\(main)_\(per)"
    }

    private static func word(_ part: Substring, in words: [String: String]) -> String {
        let symbol = part.split(separator: " ").joined(separator: " ")
        return words[symbol] ?? MetricName.tokens(symbol, keepsColons: false).joined(separator: "_")
    }

    /// An annotation says what is counted, and that is the name's business.
    private static func withoutAnnotations(_ symbol: String) -> String {
        var kept = String.UnicodeScalarView()
        var isInside = false
        for scalar in symbol.unicodeScalars {
            switch scalar {
            case "{": isInside = true
            case "}": isInside = false
            default: if !isInside { kept.append(scalar) }
            }
        }
        return String(kept)
    }

    private static let words: [String: String] = [
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds",
        "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
        // Not UCUM, but without them the Greek letter would go and seconds remain.
        "\u{B5}s": "microseconds", "\u{3BC}s": "microseconds",
        "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tebibytes",
        // UCUM's kilo is a small k, but the other implementations of this table have a large one.
        "kBy": "kilobytes", "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
        "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams",
        "Cel": "celsius", "Hz": "hertz", "%": "percent", "1": "",
    ]

    private static let rates: [String: String] = [
        "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    ]
}
