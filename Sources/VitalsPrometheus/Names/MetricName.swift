package import VitalsMetrics

/// The names of an instrument in Prometheus.
package struct MetricName: Hashable, Sendable {
    /// What an instrument is to the rules of names.
    package enum Kind: Hashable, Sendable {
        /// A sum that only grows.
        case counter
        /// A last value.
        case gauge
        /// A sum that grows and shrinks.
        case upDown
        /// A distribution.
        case histogram
    }

    /// The name of the family, without `_total`.
    package let family: String
    /// The name that the sample of a counter or gauge carries, and the family in formats that know no other.
    package let sample: String
    /// The word for the unit if it is the family's last one, as metadata has to be; otherwise nothing.
    package let unit: String
    /// Whether the sample is the family with `_total`, without which OpenMetrics has no counters.
    package let isCounterSuffixed: Bool

    private init(sample: String, unit: String, isCounter: Bool) {
        let family = isCounter ? sample.before("_total") : nil
        self.sample = sample
        self.family = family ?? sample
        isCounterSuffixed = family != nil
        self.unit = unit.isEmpty || self.family.before("_\(unit)") == nil ? "" : unit
    }

    /// Translates the name of an instrument.
    package init(name: String, unit: Unit, kind: Kind, strategy: TranslationStrategy) {
        let words = UnitWords(unit)
        var text = strategy.escapes ? Self.tokens(name).joined(separator: "_") : name
        if strategy.appendsSuffixes {
            let ending = kind == .counter ? "total" : kind == .gauge && unit == .ratio ? "ratio" : ""
            text = Self.without(ending, in: text, everywhere: strategy.escapes)
            let tokens = Self.tokens(text)
            for word in [words.main, words.per] where !word.isEmpty && !Self.contains(tokens, word) {
                text += "_\(word)"
            }
            if text.isEmpty { text = "_" }
            if kind == .counter || !ending.isEmpty && text != ending { text += "_\(ending)" }
        }
        if text.isEmpty { text = "_" }
        if strategy.escapes, let first = text.utf8.first, LegacyNames.isDigit(first) { text = "_\(text)" }
        self.init(sample: text, unit: words.suffix, isCounter: kind == .counter)
    }

    /// These names as an escaping scheme writes them.
    package func escaped(_ scheme: EscapingScheme) -> MetricName {
        // The end of the escaped sample, not the escaped family: it has to be the sample without its last six bytes.
        MetricName(sample: scheme.metricName(sample), unit: unit, isCounter: isCounterSuffixed)
    }

    /// The parts of a name between characters that no name in Prometheus had before version 3, and underscores.
    static func tokens(_ name: String, keepsColons: Bool = true) -> [String] {
        name.utf8
            .split { byte in
                !LegacyNames.isLetterOrDigit(byte) && !(keepsColons && byte == UInt8(ascii: ":"))
            }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func contains(_ tokens: [String], _ words: String) -> Bool {
        let words = Self.tokens(words)
        guard words.count <= tokens.count else { return false }
        return (0...tokens.count - words.count).contains { tokens[$0...].starts(with: words) }
    }

    /// Takes out the word that is about to be appended, unless nothing else would be left.
    private static func without(_ word: String, in text: String, everywhere: Bool) -> String {
        if word.isEmpty { return text }
        if everywhere {
            let others = tokens(text).filter { $0 != word }
            return others.isEmpty ? text.isEmpty ? "" : word : others.joined(separator: "_")
        }
        guard let rest = text.before(word), rest.utf8.count > 1, let delimiter = rest.utf8.last,
            delimiter < 0x80, delimiter != UInt8(ascii: ":"), !LegacyNames.isLetterOrDigit(delimiter)
        else { return text }
        return String(decoding: rest.utf8.dropLast(), as: UTF8.self)
    }
}
