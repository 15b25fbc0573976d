import Testing

@testable import storefront

@Suite struct DiceTests {
    @Test func sharesAreKept() {
        let dice = Dice(seed: 1)
        for share in [0, 0.02, 0.5, 1] {
            let count = (0..<20_000).count { _ in dice.happens(share) }
            #expect(abs(Double(count) - share * 20_000) <= 250, "\(share)")
            let keys = (0..<20_000).count { dice.happens(share, for: "cart-\($0)") }
            #expect(abs(Double(keys) - share * 20_000) <= 250, "\(share)")
        }
    }

    @Test func theSameKeyIsAlwaysTheSame() {
        let dice = Dice(seed: 1)
        let other = Dice(seed: 1)
        for number in 0..<1000 {
            #expect(dice.happens(0.5, for: "\(number)") == other.happens(0.5, for: "\(number)"))
            _ = dice.happens(0.5)
        }
    }

    @Test func theSameSeedIsTheSameChance() {
        func rolls(_ seed: Int) -> [Int] {
            let dice = Dice(seed: seed)
            return (0..<100).map { _ in dice.roll(0...1000) }
        }
        #expect(rolls(3) == rolls(3))
        #expect(rolls(3) != rolls(4))
    }
}
