package import VitalsMetrics

/// How attributes become labels under one strategy and one escaping scheme.
package struct LabelNames: Hashable, Sendable {
    /// An attribute and its value as text.
    package typealias Pair = (key: String, value: String)
    /// A label.
    package typealias Label = (name: String, value: String)

    let strategy: TranslationStrategy
    let escaping: EscapingScheme

    /// The rules of a strategy and a scheme.
    package init(strategy: TranslationStrategy, escaping: EscapingScheme) {
        self.strategy = strategy
        self.escaping = escaping
    }

    /// The name of the label that an attribute becomes.
    /// - Parameter reserved: A label that the format itself writes here, such as `le`; an attribute gives way to it.
    package func name(_ key: String, reserved: String? = nil) -> String {
        var name = strategy.escapes ? Self.translated(key) : key.isEmpty ? "_" : key
        if let reserved, name.isSame(reserved) { name = "exported_\(name)" }
        name = escaping.labelName(name)
        // Names that begin so belong to the scraper, whatever made them.
        return name.utf8.starts(with: "__".utf8) ? "key\(name)" : name
    }

    /// The labels of a series: empty values are left out, and the values of keys that become one name are joined, in
    /// the order of the keys.
    package func resolve(_ pairs: [Pair], reserved: String? = nil) -> [Label] {
        var labels: [(name: String, pairs: [Pair])] = []
        for pair in pairs where !pair.value.isEmpty {
            let name = name(pair.key, reserved: reserved)
            if let same = labels.firstIndex(where: { $0.name.isSame(name) }) {
                let place = labels[same].pairs.firstIndex { Self.precedes(pair.key, $0.key) }
                labels[same].pairs.insert(pair, at: place ?? labels[same].pairs.count)
            } else {
                labels.append((name, [pair]))
            }
        }
        return labels.map { ($0.name, $0.pairs.map(\.value).joined(separator: ";")) }
    }

    /// Who declared an instrument, as pairs to resolve together with those of a series.
    package func pairs(of scope: InstrumentationScope) -> [Pair] {
        let own: [Pair] = [
            ("otel_scope_name", scope.name), ("otel_scope_version", scope.version),
            ("otel_scope_schema_url", scope.schemaURL),
        ]
        let taken = own.map { name($0.key) }
        let attributes: [Pair] = scope.attributes.map { ("otel_scope_\($0.key)", $0.value.description) }
        return own.filter { !$0.value.isEmpty }
            + attributes.filter { pair in
                let name = name(pair.key)
                return !taken.contains { $0.isSame(name) }
            }
    }

    private static func translated(_ key: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(key.utf8.count)
        let underscore = UInt8(ascii: "_")
        for byte in key.utf8 {
            let byte = LegacyNames.isLetterOrDigit(byte) ? byte : underscore
            if byte != underscore || bytes.last != underscore { bytes.append(byte) }
        }
        guard let first = bytes.first else { return "_" }
        let name = String(decoding: bytes, as: UTF8.self)
        return LegacyNames.isDigit(first) ? "key_\(name)" : name
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
