/// SHA-256 (FIPS 180-4), so that the tests of the live page need neither Foundation nor a tool.
enum SHA256 {
    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let rounds = fractions { $0.cubeRoot }
    /// The same of the square roots of the first 8 primes.
    private static let start = Array(fractions { $0.squareRoot() }.prefix(8))

    /// The 32 bytes of the hash.
    static func hash(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        padded += Array(repeating: 0, count: (120 - padded.count % 64) % 64)
        padded += bytes(UInt64(message.count) * 8)
        var state = start
        for at in stride(from: 0, to: padded.count, by: 64) {
            mix(padded[at..<at + 64], into: &state)
        }
        return state.flatMap(bytes)
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { at in
            block[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for i in 16..<64 {
            let (early, late) = (words[i - 15], words[i - 2])
            words.append(
                words[i - 16] &+ words[i - 7]
                    &+ (turn(early, 7) ^ turn(early, 18) ^ early >> 3)
                    &+ (turn(late, 17) ^ turn(late, 19) ^ late >> 10))
        }
        var s = state
        for i in 0..<64 {
            let choice = s[4] & s[5] ^ ~s[4] & s[6]
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
            let first = s[7] &+ (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) &+ choice &+ rounds[i] &+ words[i]
            let second = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) &+ majority
            s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for i in 0..<8 { state[i] &+= s[i] }
    }

    private static func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }

    private static func bytes<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }

    private static func fractions(of root: (Double) -> Double) -> [UInt32] {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            let value = root(Double(prime))
            return UInt32((value - value.rounded(.down)) * 0x1p32)
        }
    }
}

extension Double {
    /// By Newton's steps, which end within the last bit.
    fileprivate var cubeRoot: Double {
        var root = self
        for _ in 0..<60 { root -= (root * root * root - self) / (3 * root * root) }
        return root
    }
}
