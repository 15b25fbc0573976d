/// Reads JSON from untrusted bytes, value by value; what is not asked for is skipped. What is malformed, or nested too
/// deeply, ends the reading.
package struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private let mostDepth: Int
    private var position = 0
    private var depth = 0
    /// Whether bytes were met that are no JSON.
    package private(set) var isMalformed = false

    /// Reads the value that `bytes` hold.
    package init(_ bytes: UnsafeRawBufferPointer, mostDepth: Int = 64) {
        self.bytes = bytes
        self.mostDepth = mostDepth
    }

    /// Whether all was read and nothing was wrong.
    package mutating func isAtEnd() -> Bool { peek() == nil && !isMalformed }

    /// Reads an object: for each member `body` is given the name and reads the value. Another value is skipped.
    package mutating func object(_ body: (String, inout JSONReader) -> Void) {
        guard peek() == UInt8(ascii: "{") else { return skip() }
        list(until: UInt8(ascii: "}")) { reader in
            guard let name = reader.string(), reader.take(UInt8(ascii: ":")) else { return reader.fail() }
            body(name, &reader)
        }
    }

    /// Reads an array: `body` reads each of its values. Another value is skipped.
    package mutating func array(_ body: (inout JSONReader) -> Void) {
        guard peek() == UInt8(ascii: "[") else { return skip() }
        list(until: UInt8(ascii: "]"), body)
    }

    /// Reads text; nil if the value is something else, which is skipped.
    package mutating func text() -> String? {
        if peek() == UInt8(ascii: "\"") { return string() }
        skip()
        return nil
    }

    /// Reads a whole number, given as a number or as text; nil if the value is something else, which is skipped.
    package mutating func integer() -> Int64? {
        if peek() == UInt8(ascii: "\"") { return string().flatMap { Int64($0) } }
        guard let first = peek(), first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            skip()
            return nil
        }
        let text = number()
        // Some write whole numbers as 5.0 or 5e0.
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    /// Passes over a value.
    package mutating func skip() {
        switch peek() {
        case UInt8(ascii: "{"): object { _, reader in reader.skip() }
        case UInt8(ascii: "["): array { $0.skip() }
        case UInt8(ascii: "\""): _ = string()
        case UInt8(ascii: "t"): word("true")
        case UInt8(ascii: "f"): word("false")
        case UInt8(ascii: "n"): word("null")
        default: _ = number()
        }
    }

    /// What stands between brackets; each turn of `body` must read one value.
    private mutating func list(until close: UInt8, _ body: (inout JSONReader) -> Void) {
        position += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= mostDepth else { return fail() }
        if take(close) { return }
        repeat {
            let start = position
            body(&self)
            // Whoever reads nothing would be asked for ever.
            if position == start { fail() }
        } while take(UInt8(ascii: ","))
        if !take(close) { fail() }
    }

    /// The next byte that is no blank; it stays.
    private mutating func peek() -> UInt8? {
        guard !isMalformed else { return nil }
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func fail() { isMalformed = true }

    private mutating func word(_ word: StaticString) {
        let end = position + word.utf8CodeUnitCount
        let expected = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(expected) else { return fail() }
        position = end
    }

    /// A number as it stands.
    private mutating func number() -> String {
        _ = peek()
        let start = position
        if here == UInt8(ascii: "-") { position += 1 }
        let startsWithZero = here == UInt8(ascii: "0")
        let whole = digits()
        if whole == 0 || startsWithZero && whole > 1 { fail() }
        if here == UInt8(ascii: ".") {
            position += 1
            if digits() == 0 { fail() }
        }
        if here == UInt8(ascii: "e") || here == UInt8(ascii: "E") {
            position += 1
            if here == UInt8(ascii: "+") || here == UInt8(ascii: "-") { position += 1 }
            if digits() == 0 { fail() }
        }
        return isMalformed ? "" : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private var here: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func digits() -> Int {
        let start = position
        while let byte = here, (0x30...0x39).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else {
            fail()
            return nil
        }
        var units: [UInt8] = []
        while let byte = here {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): escape(into: &units)
            case 0..<0x20: fail()
            default: units.append(byte)
            }
            if isMalformed { return nil }
        }
        fail()
        return nil
    }

    private mutating func escape(into units: inout [UInt8]) {
        let byte = here
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte ?? 0)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"): units += Array(String(unicode()).utf8)
        default: fail()
        }
    }

    /// What follows `\u`, with its second half if it is the first of a pair; a half alone becomes the replacement.
    private mutating func unicode() -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let first = fourDigits() else {
            fail()
            return replacement
        }
        guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) ?? replacement }
        let start = position
        guard here == UInt8(ascii: "\\") else { return replacement }
        position += 1
        if here == UInt8(ascii: "u") {
            position += 1
            if let second = fourDigits(), (0xDC00...0xDFFF).contains(second) {
                return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + second - 0xDC00) ?? replacement
            }
        }
        position = start
        return replacement
    }

    private mutating func fourDigits() -> UInt32? {
        guard bytes.count - position >= 4 else { return nil }
        var number: UInt32 = 0
        for byte in bytes[position..<(position + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
        }
        position += 4
        return number
    }
}
