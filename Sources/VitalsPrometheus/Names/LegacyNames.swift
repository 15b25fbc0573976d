/// Which names Prometheus had before version 3: those that need neither escaping nor quotes.
package enum LegacyNames {
    /// Whether a metric name is written as it is, without quotes.
    package static func isMetricName(_ name: String) -> Bool {
        isLegal(name) { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ":") }
    }

    /// Whether a label name is written as it is, without quotes.
    package static func isLabelName(_ name: String) -> Bool {
        isLegal(name) { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigit(byte)
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLegal(_ name: String, _ isLegalByte: (UInt8) -> Bool) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy(isLegalByte)
    }
}

/// Names are compared by their bytes, as a scraper does: to String, two spellings of one character are equal.
extension String {
    func isSame(_ other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// What comes before a suffix; nil if there is no such suffix, or nothing before it.
    func before(_ suffix: String) -> String? {
        let rest = utf8.count - suffix.utf8.count
        guard rest > 0, utf8.dropFirst(rest).elementsEqual(suffix.utf8) else { return nil }
        return String(decoding: utf8.prefix(rest), as: UTF8.self)
    }
}
