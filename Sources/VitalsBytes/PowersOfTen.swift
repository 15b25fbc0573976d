/// Powers of ten from 10^-292 to 10^324, which is what doubles need, as 128 significant bits rounded up.
///
/// Computed with whole numbers of 1280 bits when the process first asks, in about a tenth of a millisecond, and kept
/// for its life.
struct PowersOfTen: Sendable {
    static let shared = PowersOfTen()
    static let exponents = -292...324

    /// An address, not a pointer: it may cross threads, as nobody writes there any more.
    private let address: UInt

    private init() {
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * Self.exponents.count)
        var up = WideNumber(word: 2)
        var down = WideNumber(word: WideNumber.words - 1)
        for exponent in 0...Self.exponents.upperBound {
            Self.store(up.significantBits(isRoundedDown: false), of: exponent, at: words)
            up.multiplyByTen()
        }
        for exponent in 1...(-Self.exponents.lowerBound) {
            down.divideByTen()
            Self.store(down.significantBits(isRoundedDown: true), of: -exponent, at: words)
        }
        address = UInt(bitPattern: words)
    }

    private static func store(
        _ power: (high: UInt64, low: UInt64), of exponent: Int, at words: UnsafeMutablePointer<UInt64>
    ) {
        let index = 2 * (exponent - exponents.lowerBound)
        words[index] = power.high
        words[index + 1] = power.low
    }

    /// The leading 128 bits of 10^`exponent`, which must be in range.
    @inline(__always)
    func power(_ exponent: Int) -> (high: UInt64, low: UInt64) {
        let words = UnsafePointer<UInt64>(bitPattern: address).unsafelyUnwrapped
        let index = 2 &* (exponent &- Self.exponents.lowerBound)
        return (words[index], words[index &+ 1])
    }
}

/// A whole number that can be multiplied and divided by ten, its lowest word first.
///
/// It holds 10^324, and 2^1216 divided by 10^292 still has more than 128 bits.
private struct WideNumber {
    static let words = 20

    private var words = [UInt64](repeating: 0, count: Self.words)

    /// A power of two: the lowest bit of one word. Words 0 and 1 give small numbers their 128 bits.
    init(word: Int) { words[word] = 1 }

    mutating func multiplyByTen() {
        var carry: UInt64 = 0
        for index in 0..<Self.words {
            let product = words[index].multipliedFullWidth(by: 10)
            let (sum, overflow) = product.low.addingReportingOverflow(carry)
            words[index] = sum
            carry = product.high &+ (overflow ? 1 : 0)
        }
    }

    mutating func divideByTen() {
        var remainder: UInt64 = 0
        for index in (0..<Self.words).reversed() {
            (words[index], remainder) = (10 as UInt64).dividingFullWidth((remainder, words[index]))
        }
    }

    /// The first 128 bits from the highest set one on, rounded up unless the number and the bits are exact.
    func significantBits(isRoundedDown: Bool) -> (high: UInt64, low: UInt64) {
        let top = words.lastIndex { $0 != 0 } ?? 2
        let shift = UInt64(words[top].leadingZeroBitCount)
        func word(_ index: Int) -> UInt64 {
            let below = index > 0 ? words[index - 1] : 0
            // Two steps, as one by 64 would do nothing.
            return words[index] << shift | (below >> 1) >> (63 - shift)
        }
        let isExact = !isRoundedDown && word(top - 2) == 0 && words[0..<(top - 2)].allSatisfy { $0 == 0 }
        let (low, carry) = word(top - 1).addingReportingOverflow(isExact ? 0 : 1)
        return (word(top) &+ (carry ? 1 : 0), low)
    }
}
