/// Text as baggage and stored headers have it: what may not be there is written as `%` and two digits for each byte of its
/// UTF-8.
package enum PercentEncoding {
    /// Appends `text`, with those bytes encoded that are not `plain`.
    package static func append(_ text: String, to bytes: inout [UInt8], unless plain: (UInt8) -> Bool) {
        for byte in text.utf8 {
            if plain(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digit(byte >> 4))
                bytes.append(digit(byte & 15))
            }
        }
    }

    /// What `bytes` stand for. A `%` without two digits is itself, a `+` too, and what is no UTF-8 becomes U+FFFD.
    package static func decoded(_ bytes: HeaderBytes) -> String {
        guard bytes.contains(UInt8(ascii: "%")) else { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let first = digits.first.flatMap(number),
                let second = digits.last.flatMap(number)
            {
                decoded.append(first << 4 | second)
                rest.removeFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ number: UInt8) -> UInt8 {
        number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "A") - 10 + number
    }

    private static func number(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
