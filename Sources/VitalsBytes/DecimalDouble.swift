extension ByteBuffer {
    /// Appends a double with as few digits as read back as the same one; both zeros are `0`.
    @inlinable @inline(__always)
    public mutating func append(_ number: Double, as format: DoubleFormat) {
        if number.magnitude < 1_000_000 {
            let whole = Int64(number)
            if Double(whole) == number {
                append(decimal: whole)
                if format.marksWhole { append(".0") }
                return
            }
        }
        appendDigits(number, as: format)
    }

    /// Appends what is not a whole number below a million.
    @usableFromInline @inline(never)
    mutating func appendDigits(_ number: Double, as format: DoubleFormat) {
        guard number.isFinite else { return append(number.isNaN ? "NaN" : number < 0 ? "-Inf" : "+Inf") }
        reserve(48)
        if number < 0 { append(UInt8(ascii: "-")) }

        let shortest = ShortestDecimal(number.magnitude, powers: format.powers)
        let decimal = SeventeenDigits(shortest)
        if decimal.exponent < -4 || decimal.exponent >= 6 {
            storePointed(decimal, after: 1)
            // A single digit has no point after it.
            count &+= decimal.length == 1 ? 1 : decimal.length &+ 1
            storeExponent(decimal.exponent)
        } else if decimal.exponent < 0 {
            // "0.000000", of which the digits overwrite what is too much.
            store(0x3030_3030_3030_2e30)
            count &+= 1 &- decimal.exponent
            storeDigits(decimal, at: count)
            count &+= decimal.length
        } else {
            storePointed(decimal, after: decimal.exponent &+ 1)
            count &+= decimal.length &+ 1
        }
    }

    /// Appends a time as seconds with what is needed of nine decimal places, and never with an exponent.
    public mutating func append(seconds nanoseconds: UInt64) {
        let (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        append(decimal: seconds)
        guard fraction > 0 else { return }
        append(UInt8(ascii: "."))
        reserve(16)
        let (first, rest) = fraction.quotientAndRemainder(dividingBy: 100_000_000)
        append(UInt8(ascii: "0") + UInt8(first))
        let digits = DecimalDigits.eight(rest)
        store(digits | DecimalDigits.zeros)
        count += 8 - digits.leadingZeroBitCount / 8
    }

    @inline(__always)
    private mutating func storeDigits(_ decimal: SeventeenDigits, at position: Int) {
        base.storeBytes(of: decimal.first, toByteOffset: position, as: UInt8.self)
        base.storeBytes(of: decimal.middle.littleEndian, toByteOffset: position &+ 1, as: UInt64.self)
        base.storeBytes(of: decimal.last.littleEndian, toByteOffset: position &+ 9, as: UInt64.self)
    }

    /// Stores the digits with a point after the first `places`, of which there are 1 to 6.
    @inline(__always)
    private mutating func storePointed(_ decimal: SeventeenDigits, after places: Int) {
        storeDigits(decimal, at: count &+ 1)
        // The point is within the first eight characters, so they are put together in a register.
        let start = UInt64(decimal.first) | decimal.middle &<< 8
        let shift = UInt64(truncatingIfNeeded: places &* 8)
        let before = (1 &<< shift) &- 1 as UInt64
        let after = ~(before &<< 8 | 0xff)
        store(start & before | 0x2e &<< shift | (start &<< 8) & after)
    }

    /// Stores the exponent as Go does, with a sign and at least two digits.
    @inline(__always)
    private mutating func storeExponent(_ exponent: Int) {
        let magnitude = UInt64(exponent.magnitude)
        let sign: UInt64 = exponent < 0 ? 0x2d65 : 0x2b65
        let digits = (DecimalDigits.eight(magnitude) | DecimalDigits.zeros) &>> (magnitude < 100 ? 48 : 40)
        store(sign | digits &<< 16)
        count &+= magnitude < 100 ? 4 : 5
    }
}

/// The characters of a decimal as if it had 17 digits, and how many of them count.
private struct SeventeenDigits {
    /// The power of ten of the first digit.
    let exponent: Int
    let first: UInt8
    let middle: UInt64
    let last: UInt64
    let length: Int

    @inline(__always)
    init(_ decimal: ShortestDecimal) {
        var (digits, exponent) = (decimal.digits, decimal.exponent &+ 16)
        // Most have 16 or 17 digits, at random: no branch for these.
        let isShort = digits < 10_000_000_000_000_000
        digits = isShort ? 10 &* digits : digits
        exponent = isShort ? exponent &- 1 : exponent
        while digits < 10_000_000_000_000_000 {
            digits = 10 &* digits
            exponent &-= 1
        }
        let (high, low) = digits.quotientAndRemainder(dividingBy: 100_000_000)
        let (first, rest) = high.quotientAndRemainder(dividingBy: 100_000_000)
        let (middle, last) = (DecimalDigits.eight(rest), DecimalDigits.eight(low))
        self.exponent = exponent
        self.first = UInt8(truncatingIfNeeded: 0x30 | first)
        self.middle = middle | DecimalDigits.zeros
        self.last = last | DecimalDigits.zeros
        length = last != 0 ? 17 &- last.leadingZeroBitCount &>> 3 : 9 &- middle.leadingZeroBitCount &>> 3
    }
}
