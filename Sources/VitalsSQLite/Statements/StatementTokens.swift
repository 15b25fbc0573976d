/// The words of a statement, one at a time: space and comments count for nothing.
struct StatementTokens {
    enum Token: Equatable {
        case end
        /// A word, a number, or what is quoted; where it is, without its quotes.
        case name(Range<Int>, quote: UInt8?)
        case symbol(UInt8)
        /// A placeholder, whatever it is called.
        case parameter
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    /// Whether there is more behind the bytes: what reaches their end may be half of something.
    private let isCut: Bool
    private var next = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, isCut: Bool) {
        self.bytes = bytes
        self.isCut = isCut
    }

    func text(_ range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> { bytes[range] }

    mutating func advance() -> Token {
        while skipSpace() || skipComment() {}
        let start = next
        guard let first = byte(at: start) else { return .end }
        next += 1
        switch first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): return quoted(by: first)
        case UInt8(ascii: "["): return bracketed()
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
            skipWord()
            return .parameter
        case _ where Self.isWord(first):
            skipWord()
            return isCut && next == bytes.count ? .end : .name(start..<next, quote: nil)
        default: return .symbol(first)
        }
    }

    /// Whether nothing is left but space, comments and semicolons.
    mutating func isAtEnd() -> Bool {
        while skipSpace() || skipComment() || skipSemicolon() {}
        return next >= bytes.count
    }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private mutating func skipWord() {
        while let byte = byte(at: next), Self.isWord(byte) { next += 1 }
    }

    private mutating func skipSpace() -> Bool {
        switch byte(at: next) {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: next += 1
        // The mark of the byte order is space to SQLite.
        case 0xEF where byte(at: next + 1) == 0xBB && byte(at: next + 2) == 0xBF: next += 3
        default: return false
        }
        return true
    }

    private mutating func skipSemicolon() -> Bool {
        guard byte(at: next) == UInt8(ascii: ";") else { return false }
        next += 1
        return true
    }

    private mutating func skipComment() -> Bool {
        switch (byte(at: next), byte(at: next + 1)) {
        case (UInt8(ascii: "-"), UInt8(ascii: "-")):
            while let byte = byte(at: next), byte != 0x0A { next += 1 }
        case (UInt8(ascii: "/"), UInt8(ascii: "*")):
            next += 2
            while let byte = byte(at: next), byte != UInt8(ascii: "*") || self.byte(at: next + 1) != UInt8(ascii: "/") {
                next += 1
            }
            next = min(next + 2, bytes.count)
        default: return false
        }
        return true
    }

    /// What is quoted, up to its closing quote; nothing if there is none.
    private mutating func quoted(by quote: UInt8) -> Token {
        let start = next
        while let byte = byte(at: next) {
            next += 1
            guard byte == quote else { continue }
            // A quote that is meant as such is doubled.
            guard self.byte(at: next) == quote else {
                return isCut && next == bytes.count ? .end : .name(start..<(next - 1), quote: quote)
            }
            next += 1
        }
        return .end
    }

    private mutating func bracketed() -> Token {
        let start = next
        while let byte = byte(at: next) {
            next += 1
            if byte == UInt8(ascii: "]") { return .name(start..<(next - 1), quote: byte) }
        }
        return .end
    }
}
