import VitalsMetrics

/// Points as lines for a person to read, up to a number of bytes.
struct ConsoleText {
    private(set) var bytes: [UInt8] = []
    /// Points for which there was no room.
    private(set) var omitted = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Ends a line of which only a part was shown.
    mutating func breakLine() { bytes.append(UInt8(ascii: "\n")) }

    /// A line for each point of a family.
    mutating func append(_ family: FamilySnapshot) {
        let start = "\(Timestamp.text(nanoseconds: family.time)) \(Self.escaped(family.name))"
        let unit = family.unit.symbol.isEmpty ? "" : " \(Self.escaped(family.unit.symbol))"
        let end = "\(unit)\(family.isDelta ? " delta" : "")\n"
        for row in family.rows {
            // A point that does not fit is not even made.
            guard bytes.count < limit else {
                omitted += 1
                continue
            }
            let line = "\(start)\(Self.labels(family.labels(row))) \(Self.value(family, row))\(end)"
            if bytes.count + line.utf8.count <= limit { bytes += line.utf8 } else { omitted += 1 }
        }
    }

    /// Says how many points there was no room for.
    mutating func close() {
        if omitted > 0 { bytes += "and \(omitted) more points\n".utf8 }
    }

    private static func labels(_ labels: SeriesLabels?) -> String {
        var pairs: [(String, AttributeValue)] = []
        labels?.forEach { pairs.append(($0, $1)) }
        return Self.labels(pairs)
    }

    /// `{method="card", status=200}`; nothing without any.
    static func labels(_ pairs: [(String, AttributeValue)]) -> String {
        let texts = pairs.map { key, value in
            let text =
                if case .string(let text) = value { "\"\(escaped(text, quotes: true))\"" } else { escaped("\(value)") }
            return "\(escaped(key))=\(text)"
        }
        return texts.isEmpty ? "" : "{\(texts.joined(separator: ", "))}"
    }

    private static func value(_ family: FamilySnapshot, _ row: SeriesRow) -> String {
        switch family.data {
        case .sum, .gauge:
            return family.number == .double
                ? number(Double(bitPattern: row.value)) : String(Int64(bitPattern: row.value))
        case .histogram(let bounds):
            guard let point = family.histogram(row) else { return "" }
            return summary(point.count, point.sum, point.minimum, point.maximum) + quantiles(point, bounds)
        case .exponential:
            guard let point = family.exponential(row) else { return "" }
            return summary(point.count, point.sum, point.minimum, point.maximum) + quantiles(point)
        }
    }

    private static func summary(_ count: UInt64, _ sum: Double?, _ minimum: Double?, _ maximum: Double?) -> String {
        let parts = [("sum", sum), ("min", minimum), ("max", maximum)]
        return "count=\(count)" + parts.map { name, value in value.map { " \(name)=\(number($0))" } ?? "" }.joined()
    }

    private static func quantiles(_ point: HistogramPoint, _ bounds: [Double]) -> String {
        var quantiles = ConsoleQuantiles(count: point.count)
        for (bound, count) in zip(bounds, point.buckets) { quantiles.add(count, upTo: bound) }
        return quantiles.text(above: bounds.last)
    }

    private static func quantiles(_ point: ExponentialPoint) -> String {
        func bound(_ index: Int) -> Double { ExponentialScale.lowerBound(of: index, scale: point.scale) }
        var quantiles = ConsoleQuantiles(count: point.count)
        let negative = point.negative
        for index in negative.counts.indices.reversed() {
            quantiles.add(negative.counts[index], upTo: -bound(negative.offset &+ index))
        }
        quantiles.add(point.zeroCount, upTo: point.zeroThreshold)
        let positive = point.positive
        for index in positive.counts.indices {
            quantiles.add(positive.counts[index], upTo: bound(positive.offset &+ index &+ 1))
        }
        return quantiles.text(above: nil)
    }

    /// A number as short as it reads back.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A text that cannot break the line, move the cursor or turn the direction of writing.
    static func escaped(_ text: String, quotes: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case "\"" where quotes, "\\" where quotes: escaped += "\\\(scalar)"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}", "\u{200F}", "\u{2028}"..."\u{202E}",
                "\u{2066}"..."\u{2069}":
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
