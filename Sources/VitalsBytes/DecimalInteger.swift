/// Decimal digits, eight at a time in the bytes of one word.
@usableFromInline
enum DecimalDigits {
    /// What turns eight digits into characters.
    @usableFromInline static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// The eight digits of a number below 10^8, one a byte and the first digit in the lowest one.
    ///
    /// Halves the digits three times in all lanes at once. The factors are reciprocals that are exact in their ranges:
    /// 1/100 below 10,000 and 1/10 below 100.
    @inlinable @inline(__always)
    static func eight(_ number: UInt64) -> UInt64 {
        let tenThousands = number / 10_000
        let fours = (number &<< 32) &- tenThousands &* ((10_000 &<< 32) &- 1)
        let hundreds = ((fours &* 10_486) &>> 20) & 0x0000_007f_0000_007f
        let twos = (fours &<< 16) &- hundreds &* ((100 &<< 16) &- 1)
        let tens = ((twos &* 103) &>> 10) & 0x000f_000f_000f_000f
        return (twos &<< 8) &- tens &* ((10 &<< 8) &- 1)
    }
}

extension ByteBuffer {
    /// Appends a whole number in decimal.
    @inlinable @inline(__always)
    public mutating func append(decimal number: UInt64) {
        reserve(24)
        if number < 10 {
            base.storeBytes(of: 0x30 | UInt8(truncatingIfNeeded: number), toByteOffset: count, as: UInt8.self)
            count &+= 1
        } else if number < 100_000_000 {
            storeLeading(number)
        } else {
            storeLong(number)
        }
    }

    /// Appends a whole number in decimal, with a sign if it is below zero.
    @inlinable @inline(__always)
    public mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    /// Stores a number from 1 to 10^8 − 1 without zeros before it; eight bytes must be reserved.
    @inlinable @inline(__always)
    mutating func storeLeading(_ number: UInt64) {
        let digits = DecimalDigits.eight(number)
        // The length comes from the digits themselves: no branch depends on it, none is guessed wrong.
        let unused = digits.trailingZeroBitCount & ~7
        store((digits | DecimalDigits.zeros) &>> unused)
        count &+= 8 &- (unused &>> 3)
    }

    /// Stores all eight digits of a number below 10^8; eight bytes must be reserved.
    @inlinable @inline(__always)
    mutating func storeEight(_ number: UInt64) {
        store(DecimalDigits.eight(number) | DecimalDigits.zeros)
        count &+= 8
    }

    @inlinable @inline(__always)
    mutating func store(_ characters: UInt64) {
        base.storeBytes(of: characters.littleEndian, toByteOffset: count, as: UInt64.self)
    }

    @usableFromInline @inline(never)
    mutating func storeLong(_ number: UInt64) {
        let (high, low) = number.quotientAndRemainder(dividingBy: 100_000_000)
        if high < 100_000_000 {
            storeLeading(high)
        } else {
            let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
            storeLeading(top)
            storeEight(middle)
        }
        storeEight(low)
    }
}
