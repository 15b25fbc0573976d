import CVitals

/// The arithmetic of base-2 exponential buckets: bucket `index` at `scale` holds `(base^index, base^(index+1)]` with
/// `base = 2^(2^-scale)`.
package enum ExponentialScale {
    package static let highest = 20
    /// At this scale every double falls into one of two buckets, so no measurement can fail to fit.
    package static let lowest = -11

    /// The bucket of a positive finite value. Powers of two are exact at every scale, subnormals included.
    @inline(__always)
    package static func index(of value: Double, scale: Int) -> Int {
        var bits = value.bitPattern
        var exponent = Int(bits >> 52) - 1023
        if exponent == -1023 {
            bits = (value * 0x1p52).bitPattern
            exponent = Int(bits >> 52) - 1023 - 52
        }
        let significand = bits & 0x000F_FFFF_FFFF_FFFF
        if scale <= 0 {
            return (significand == 0 ? exponent - 1 : exponent) >> -scale
        }
        let start = exponent << scale
        if significand == 0 { return start - 1 }
        let fraction = Double(bitPattern: significand | 0x3FF0_0000_0000_0000)
        let within = (vitals_log2(fraction) * Double(1 << scale)).rounded(.up)
        return start + Int(within) - 1
    }

    /// The value that bucket `index` lies above; +∞ where that is beyond the doubles, zero where it is below them.
    package static func lowerBound(of index: Int, scale: Int) -> Double {
        if scale <= 0 {
            let exponent = index.multipliedReportingOverflow(by: 1 << -scale)
            guard !exponent.overflow, exponent.partialValue.magnitude < 4096 else { return index < 0 ? 0 : .infinity }
            return vitals_ldexp(1, Int32(exponent.partialValue))
        }
        let whole = index >> scale
        guard whole.magnitude < 4096 else { return index < 0 ? 0 : .infinity }
        let within = Double(index - whole << scale) / Double(1 << scale)
        return vitals_ldexp(vitals_exp2(within), Int32(whole))
    }

    /// How many halvings bring the buckets `low...high` down to at most `size`.
    package static func halvings(low: Int, high: Int, size: Int) -> Int {
        var low = low
        var high = high
        var count = 0
        while high - low >= size, count < 64 {
            low >>= 1
            high >>= 1
            count += 1
        }
        return count
    }
}
