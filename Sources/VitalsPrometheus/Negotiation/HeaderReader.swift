/// Reads the parts of a header's clauses. Reading past the end gives nothing.
struct HeaderReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { place >= bytes.count }

    var isAtClauseEnd: Bool { isAtEnd || bytes[place] == UInt8(ascii: ",") }

    /// Goes behind the comma that ends this clause, and over those in quotes.
    mutating func skipClause() {
        var isQuoted = false
        while !isAtEnd {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "\\"): if isQuoted, !isAtEnd { place += 1 }
            case UInt8(ascii: ","): if !isQuoted { return }
            default: break
            }
        }
    }

    /// Goes over a byte and the blanks around it, if it is the next one.
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard !isAtEnd, bytes[place] == byte else { return false }
        place += 1
        skipBlanks()
        return true
    }

    /// The token or media type that begins here; empty if there is none.
    mutating func token() -> ArraySlice<UInt8> {
        skipBlanks()
        let start = place
        while !isAtEnd, Self.isTokenByte(bytes[place]) { place += 1 }
        let token = bytes[start..<place]
        skipBlanks()
        return token
    }

    /// The token or quoted string that begins here; nil if there is none.
    mutating func value() -> [UInt8]? {
        guard !isAtEnd, bytes[place] == UInt8(ascii: "\"") else {
            let token = token()
            return token.isEmpty ? nil : Array(token)
        }
        let start = place
        place += 1
        var value: [UInt8] = []
        while !isAtEnd {
            var byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                skipBlanks()
                return value
            }
            if byte == UInt8(ascii: "\\") {
                guard !isAtEnd else { break }
                byte = bytes[place]
                place += 1
            }
            value.append(byte)
        }
        // Whoever looks for the end of the clause has to see the quote.
        place = start
        return nil
    }

    private mutating func skipBlanks() {
        while !isAtEnd, bytes[place] == UInt8(ascii: " ") || bytes[place] == UInt8(ascii: "\t") { place += 1 }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*")...UInt8(ascii: "+"),
            UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: LegacyNames.isLetterOrDigit(byte)
        }
    }
}
