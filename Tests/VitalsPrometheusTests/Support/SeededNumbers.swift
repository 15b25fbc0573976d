/// Random numbers that are the same in every run (SplitMix64), so that a failure can be repeated.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A finite double above zero; all exponents are equally likely, subnormals included.
    mutating func positiveDouble() -> Double {
        while true {
            let value = Double(bitPattern: next() & ~(1 << 63))
            if value.isFinite, value > 0 { return value }
        }
    }

    /// `significand · 2^exponent` with an exponent from `exponents`.
    mutating func double(exponents: ClosedRange<Int>) -> Double {
        Double(
            sign: .plus, exponent: Int.random(in: exponents, using: &self),
            significand: .random(in: 1..<2, using: &self))
    }
}
