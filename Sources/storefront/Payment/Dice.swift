import VitalsMetrics

/// Chance that can be repeated, for several tasks.
final class Dice: Sendable {
    private let seed: UInt64
    private let generator: Locked<SeededGenerator>

    init(seed: Int) {
        self.seed = UInt64(bitPattern: Int64(seed))
        generator = Locked(SeededGenerator(seed: self.seed))
    }

    /// Whether something happens that happens in this share of all cases.
    func happens(_ share: Double) -> Bool {
        generator.withLock { $0.happens(share) }
    }

    /// The same, and always the same for the same key.
    func happens(_ share: Double, for key: String) -> Bool {
        var mixed = seed
        for byte in key.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var generator = SeededGenerator(seed: mixed)
        return generator.happens(share)
    }

    func roll(_ range: ClosedRange<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }
}
