/// The shortest decimal that reads back as a double and, of those, the one closest to it: `digits` · 10^`exponent`.
///
/// Raffaello Giulietti's Schubfach: the bounds between which decimals read back as the double are scaled by a power of ten
/// such that at least one whole number lies between them, and at most one multiple of ten. If there is such a multiple it
/// is the shortest; otherwise it is the closer neighbour of the double.
struct ShortestDecimal {
    var digits: UInt64
    var exponent: Int

    /// Takes a finite number above zero.
    @inline(__always)
    init(_ number: Double, powers: PowersOfTen) {
        let isSubnormal = number.exponentBitPattern == 0
        let fraction = number.significandBitPattern
        let significand = isSubnormal ? fraction : fraction | 1 &<< 52
        let power = isSubnormal ? -1074 : Int(number.exponentBitPattern) &- 1075

        // Whole numbers below 2^53 are their own shortest decimal.
        if power <= 0, power > -53, significand & (1 &<< UInt64(-power) &- 1) == 0 {
            self.init(digits: significand &>> UInt64(-power), exponent: 0)
            return
        }
        // Below a power of two the doubles lie twice as close.
        let isPowerOfTwo = fraction == 0 && number.exponentBitPattern > 1
        self.init(significand, power, isPowerOfTwo: isPowerOfTwo, powers: powers)
    }

    private init(digits: UInt64, exponent: Int) {
        self.digits = digits
        self.exponent = exponent
    }

    /// The decimal of `significand` · 2^`power`.
    @inline(__always)
    private init(_ significand: UInt64, _ power: Int, isPowerOfTwo: Bool, powers: PowersOfTen) {
        // ⌊log10⌋ of the distance between neighbours, which is 2^power, or three quarters of it.
        let exponent = (power &* 1_262_611 &- (isPowerOfTwo ? 524_031 : 0)) &>> 22
        let scale = powers.power(-exponent)
        // ⌊log2 10^-exponent⌋ + power + 1: from 1 to 4.
        let shift = UInt64(truncatingIfNeeded: power &+ ((-exponent &* 1_741_647) &>> 19) &+ 1)

        // In quarters of a unit of the last digit.
        let center = 4 &* significand
        let scaled = Self.scaled(center &<< shift, scale)
        let lower = Self.scaled((center &- (isPowerOfTwo ? 1 : 2)) &<< shift, scale)
        let upper = Self.scaled((center &+ 2) &<< shift, scale)
        // The bounds themselves read back as the double if it is even.
        let odd = significand & 1
        let (least, most) = (lower &+ odd, upper &- odd)

        let digits = scaled / 4
        if digits >= 10 {
            let tens = digits / 10
            let below = 40 &* tens
            let isBelowInside = least <= below
            let isAboveInside = below &+ 40 <= most
            if isBelowInside != isAboveInside {
                self.init(digits: tens &+ (isAboveInside ? 1 : 0), exponent: exponent &+ 1)
                return
            }
        }
        let below = 4 &* digits
        let isBelowInside = least <= below
        let isAboveInside = below &+ 4 <= most
        let isAboveCloser = scaled > below &+ 2 || (scaled == below &+ 2 && digits & 1 == 1)
        let isAbove = isBelowInside != isAboveInside ? isAboveInside : isAboveCloser
        self.init(digits: digits &+ (isAbove ? 1 : 0), exponent: exponent)
    }

    /// The product without its lowest 128 bits; its last bit is set if anything but rounding errors was in them, so that
    /// comparing with it is exact.
    @inline(__always)
    private static func scaled(_ number: UInt64, _ scale: (high: UInt64, low: UInt64)) -> UInt64 {
        let low = scale.low.multipliedFullWidth(by: number)
        let high = scale.high.multipliedFullWidth(by: number)
        let (middle, carry) = high.low.addingReportingOverflow(low.high)
        return (high.high &+ (carry ? 1 : 0)) | (middle > 1 ? 1 : 0)
    }
}
