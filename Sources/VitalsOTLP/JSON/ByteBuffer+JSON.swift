internal import VitalsBytes

/// The forms that JSON gives to values.
extension ByteBuffer {
    /// Appends text with its quotes; bytes that are no UTF-8 are replaced.
    mutating func append(jsonText text: UnsafeRawBufferPointer) {
        append("\"")
        if text.allSatisfy({ $0 < 0x80 }) {
            append(escaping: text)
        } else {
            var repaired = String(decoding: text, as: UTF8.self)
            repaired.withUTF8 { append(escaping: UnsafeRawBufferPointer($0)) }
        }
        append("\"")
    }

    private mutating func append(escaping text: UnsafeRawBufferPointer) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0..<0x20:
                append("\\u00")
                append(hexDigit: byte >> 4)
                append(hexDigit: byte & 15)
            default: append(byte)
            }
        }
    }

    /// Appends a number, or the text that stands for what is none.
    mutating func append(jsonNumber number: Double) {
        if number.isNaN {
            append("\"NaN\"")
        } else if number.isInfinite {
            append(number < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        } else if number == 0, number.sign == .minus {
            // With its point: as a whole number it would lose its sign to some readers.
            append("-0.0")
        } else {
            append(number, as: .text)
        }
    }

    /// Appends bytes in hexadecimal, with quotes.
    mutating func append(hex bytes: UnsafeRawBufferPointer) {
        append("\"")
        for byte in bytes {
            append(hexDigit: byte >> 4)
            append(hexDigit: byte & 15)
        }
        append("\"")
    }

    private mutating func append(hexDigit digit: UInt8) {
        append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
    }

    /// Appends bytes in base64, with quotes.
    mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        append("\"")
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0..<4 {
                if place > part.count {
                    append("=")
                } else {
                    append(base64Digit: UInt8(truncatingIfNeeded: bits >> UInt32(18 - 6 * place)) & 63)
                }
            }
        }
        append("\"")
    }

    private mutating func append(base64Digit digit: UInt8) {
        switch digit {
        case 0..<26: append(UInt8(ascii: "A") + digit)
        case 26..<52: append(UInt8(ascii: "a") + digit - 26)
        case 52..<62: append(UInt8(ascii: "0") + digit - 52)
        case 62: append("+")
        default: append("/")
        }
    }
}
