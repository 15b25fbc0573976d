/// Numbers of eight bytes as headers have them.
enum Hexadecimal {
    /// The number that up to sixteen digits in lower case stand for; nil if one is something else.
    static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// Sixteen digits in lower case.
    static func text(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { bytes in
            write(number, to: bytes, at: 0)
            return 16
        }
    }

    /// Writes sixteen digits in lower case from the byte `start` on.
    static func write(_ number: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index) & 15)
            bytes[start + index] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
        }
    }
}
