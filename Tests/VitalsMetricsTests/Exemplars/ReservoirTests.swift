import Testing

@testable import VitalsMetrics

@Suite struct ReservoirTests {
    private func exemplar(_ value: Int) -> Exemplar {
        Exemplar(value: Double(value), time: 1, attributes: [:], context: nil)
    }

    @Test func theFixedSizeReservoirIsUniform() {
        let offers = 50
        let size = 5
        let rounds = 4000
        var kept = Array(repeating: 0, count: offers)
        for _ in 0..<rounds {
            let reservoir = FixedSizeReservoir(size: size)
            for offer in 0..<offers { reservoir.offer(exemplar(offer)) }
            for exemplar in reservoir.collect() { kept[Int(exemplar.value)] += 1 }
        }
        #expect(kept.reduce(0, +) == rounds * size)
        let expected = Double(rounds * size) / Double(offers)
        let square = kept.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // 49 degrees of freedom: beyond 110 once in a million runs.
        #expect(square < 110)
    }

    @Test func aCollectionBeginsANewRound() {
        let reservoir = FixedSizeReservoir(size: 2)
        for offer in 0..<1000 { reservoir.offer(exemplar(offer)) }
        #expect(reservoir.collect().count == 2)
        reservoir.offer(exemplar(2000))
        reservoir.offer(exemplar(2001))
        #expect(Set(reservoir.collect().map(\.value)) == [2000, 2001])
    }

    @Test func whatIsKeptStaysUntilItIsReplaced() {
        let reservoir = FixedSizeReservoir(size: 2)
        reservoir.offer(exemplar(1))
        #expect(reservoir.collect().map(\.value) == [1])
        #expect(reservoir.collect().map(\.value) == [1])
    }

    @Test(arguments: [0, -1, Int.min]) func noSizeKeepsNothing(size: Int) {
        let reservoir = FixedSizeReservoir(size: size)
        for offer in 0..<100 { reservoir.offer(exemplar(offer)) }
        #expect(reservoir.collect().isEmpty)
    }

    @Test func aSizeBeyondReasonIsBounded() {
        let reservoir = FixedSizeReservoir(size: .max)
        for offer in 0..<5000 { reservoir.offer(exemplar(offer)) }
        #expect(reservoir.collect().count == FixedSizeReservoir.largest)
    }

    @Test func bucketsKeepTheLastMeasurementOfEach() {
        let reservoir = BucketReservoir(bounds: [1, 10])
        for value in [0, 1, 5, 10, 11, 99] { reservoir.offer(exemplar(value)) }
        #expect(reservoir.collect().map(\.value) == [1, 10, 99])
    }

    @Test func withoutBoundsThereIsOneBucket() {
        let reservoir = BucketReservoir(bounds: [])
        for value in [5, 3] { reservoir.offer(exemplar(value)) }
        #expect(reservoir.collect().map(\.value) == [3])
    }
}
