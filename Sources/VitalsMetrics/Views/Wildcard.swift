/// Names that are given with wildcards: `*` stands for any characters, `?` for one.
package enum Wildcard {
    /// Whether a name has wildcards.
    package static func isPattern(_ name: String) -> Bool {
        name.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// Whether a name is what a pattern describes.
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        matches(pattern.utf8Span.span, name.utf8Span.span)
    }

    /// Matches with one step back per star: linear in practice, quadratic at worst, never exponential.
    static func matches(_ pattern: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        var patternAt = 0
        var textAt = 0
        var star: Int?
        var resume = 0
        while textAt < text.count {
            if patternAt < pattern.count, pattern[patternAt] == UInt8(ascii: "*") {
                star = patternAt
                resume = textAt
                patternAt += 1
            } else if patternAt < pattern.count, pattern[patternAt] == UInt8(ascii: "?") {
                patternAt += 1
                textAt += 1
                // The other bytes of the character.
                while textAt < text.count, text[textAt] & 0xC0 == 0x80 { textAt += 1 }
            } else if patternAt < pattern.count, pattern[patternAt] == text[textAt] {
                patternAt += 1
                textAt += 1
            } else if let back = star {
                patternAt = back + 1
                resume += 1
                textAt = resume
            } else {
                return false
            }
        }
        while patternAt < pattern.count, pattern[patternAt] == UInt8(ascii: "*") { patternAt += 1 }
        return patternAt == pattern.count
    }
}
