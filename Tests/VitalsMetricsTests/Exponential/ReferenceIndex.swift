/// The bucket of a value by integer arithmetic alone: the binary digits of the logarithm by repeated squaring. Slow,
/// and independent of any library's log.
enum ReferenceIndex {
    /// The index, or nil where the value lies too close to the bound of a bucket for 64 bits to decide.
    static func index(of value: Double, scale: Int) -> Int? {
        // Subnormals have an exponent of their own here: Swift gives the one of the leading digit.
        let exponent = Int(value.exponent)
        var fraction = UInt64(value.significandBitPatternOfNormal) << 11
        if fraction == 1 << 63 {
            // A power of two is the upper bound of its bucket.
            return scale > 0 ? (exponent << scale) - 1 : (exponent - 1) >> -scale
        }
        if scale <= 0 { return exponent >> -scale }
        // `fraction` stands for fraction / 2^63, from 1 up to 2. Each squaring yields one digit of log2.
        var digits = 0
        for _ in 0..<scale {
            let square = fraction.multipliedFullWidth(by: fraction)
            digits <<= 1
            if square.high >> 63 == 1 {
                digits += 1
                fraction = square.high
            } else {
                fraction = square.high << 1 | square.low >> 63
            }
        }
        // What is left of the value above the lower bound of the bucket, as a factor. Each squaring doubles the
        // relative error of the digits cut off.
        let doubt: UInt64 = 1 << UInt64(scale + 3)
        if fraction &- (1 << 63) < doubt || 0 &- fraction < doubt { return nil }
        return (exponent << scale) + digits
    }
}

extension Double {
    /// The significand with its leading one, 53 bits, also for subnormals.
    fileprivate var significandBitPatternOfNormal: UInt64 {
        significand.significandBitPattern | 1 << 52
    }
}
