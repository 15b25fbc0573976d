import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Random histograms against a model that keeps every value and computes the point anew.
@Suite struct ExponentialPropertyTests {
    private static func randomModel(_ random: inout SeededNumbers) -> ExponentialModel {
        let sizes = [2, 3, 4, 5, 8, 9, 20, 64, 160, 160, 320, 1024]
        let thresholds = [0, 0, 0, 1e-9, 0.5, 3]
        return ExponentialModel(
            maxSize: sizes[Int.random(in: sizes.indices, using: &random)],
            maxScale: Bool.random(using: &random) ? 20 : Int.random(in: -10...20, using: &random),
            zeroThreshold: thresholds[Int.random(in: thresholds.indices, using: &random)])
    }

    private static func randomValue(reach: Int, _ random: inout SeededNumbers) -> Double {
        let sign = Int.random(in: 0..<3, using: &random) == 0 ? -1.0 : 1
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return 0
        case 1:
            return sign * Double(sign: .plus, exponent: Int.random(in: -reach...reach, using: &random), significand: 1)
        default: return sign * random.double(exponents: -reach...reach)
        }
    }

    private static let reaches = [0, 0, 1, 2, 5, 20, 100, 1022]

    @Test(arguments: 0..<200) func cumulativePointsAgreeWithTheModel(round: Int) throws {
        var random = SeededNumbers(seed: UInt64(round) + 1000)
        var modelled = ModelledHistogram(Self.randomModel(&random))
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let reach = Self.reaches[Int.random(in: Self.reaches.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                modelled.record(Self.randomValue(reach: reach, &random))
            }
            let point = try #require(modelled.reader.exponentialHistogram("h"))
            #expect(ExponentialModel.Point(point) == modelled.model.point())
            #expect(point.minimum == modelled.model.values.min())
            #expect(point.maximum == modelled.model.values.max())
        }
    }

    @Test(arguments: 0..<200) func changesAgreeWithTheModelAlsoAfterFailedExports(round: Int) {
        var random = SeededNumbers(seed: UInt64(round) + 5000)
        var modelled = ModelledHistogram(Self.randomModel(&random), temporality: .delta)
        var committed = 0
        var committedSum = 0.0
        for _ in 0..<Int.random(in: 2...10, using: &random) {
            let reach = Self.reaches[Int.random(in: Self.reaches.indices, using: &random)]
            for _ in 0..<Int.random(in: 0...15, using: &random) {
                modelled.record(Self.randomValue(reach: reach, &random))
            }
            let point = modelled.reader.collectWithoutCommit()["h"]?[[:]]?.exponential.map(ExponentialModel.Point.init)
            let hasChanged = modelled.model.values.count > committed
            let expected = hasChanged ? modelled.model.point(from: committed, sumBefore: committedSum) : nil
            #expect(point == expected)
            if Bool.random(using: &random) {
                modelled.reader.commit()
                committed = modelled.model.values.count
                committedSum = modelled.model.sum
            }
        }
    }

    @Test(arguments: 0..<20) func severalThreadsMergeToThePointOfTheModel(round: Int) throws {
        var random = SeededNumbers(seed: UInt64(round) + 9000)
        var model = Self.randomModel(&random)
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: model.buckets)
        let parts = (0..<4).map { thread in
            (0..<50).map { _ in
                // Each thread has a range of its own; quarters add up without rounding in any order.
                let value = Self.randomValue(reach: 2 + 5 * thread, &random)
                return (value * 4).rounded() / 4 * Double(sign: .plus, exponent: 3 * thread, significand: 1)
            }
        }
        Crew.run(4) { thread in
            for value in parts[thread] { histogram.record(value) }
        }
        for value in parts.joined() { model.record(value) }
        let point = try #require(reader.exponentialHistogram("h"))
        #expect(ExponentialModel.Point(point) == model.point())
        #expect(point.minimum == model.values.min())
        #expect(point.maximum == model.values.max())
    }
}
