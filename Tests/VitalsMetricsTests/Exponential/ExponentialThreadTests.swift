import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Threads have blocks of their own, each at a scale of its own; a point merges them.
@Suite struct ExponentialThreadTests {
    /// One thread needs scale -1, the other keeps 0. Whichever is read first, the point is at -1.
    @Test func theCoarsestThreadDecidesTheScaleWhicheverComesFirst() throws {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(maxSize: 3, maxScale: 0))
        Crew.run(2) { number in
            for (label, values) in [("a", [[1.5, 12], [1.5]]), ("b", [[1.5], [1.5, 12]])] {
                for value in values[number] { histogram.record(value, ["in": .string(label)]) }
            }
        }
        for label in ["a", "b"] {
            let point = try #require(reader.exponentialHistogram("h", ["in": .string(label)]))
            #expect(point.scale == -1, "\(label)")
            #expect(point.positive.offset == 0)
            #expect(point.positive.counts == [2, 1])
        }
    }

    @Test(arguments: [2, 3, 20, 160]) func rangesFarApartMergeIntoOnePointOfTheGivenSize(maxSize: Int) throws {
        let threads = 6
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(maxSize: maxSize))
        Crew.run(threads) { number in
            var random = SeededNumbers(seed: UInt64(number))
            let exponent = number * 100 - 250
            for _ in 0..<500 {
                histogram.record(random.double(exponents: exponent...(exponent + number)))
                histogram.record(-random.double(exponents: (-exponent)...(number - exponent)))
            }
        }
        var model = ExponentialModel(maxSize: maxSize)
        for number in 0..<threads {
            var random = SeededNumbers(seed: UInt64(number))
            let exponent = number * 100 - 250
            for _ in 0..<500 {
                model.record(random.double(exponents: exponent...(exponent + number)))
                model.record(-random.double(exponents: (-exponent)...(number - exponent)))
            }
        }
        let point = try #require(reader.exponentialHistogram("h"))
        let expected = model.point()
        #expect(point.count == UInt64(threads) * 1000)
        #expect(point.scale == expected.scale)
        #expect(ExponentialModel.Point(point).positive == expected.positive)
        #expect(ExponentialModel.Point(point).negative == expected.negative)
        #expect(point.positive.counts.count <= maxSize)
        #expect(point.negative.counts.count <= maxSize)
        #expect(point.minimum == model.values.min())
        #expect(point.maximum == model.values.max())
    }

    @Test func changesOfThreadsThatWidenTheirRangesAddUp() throws {
        let reader = InMemoryReader(temporality: .delta)
        let total = InMemoryReader(reader.registry)
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: .exponential(maxSize: 10))
        var count: UInt64 = 0
        var sum = 0.0
        for round in 1...10 {
            Crew.run(3) { number in
                for step in 0..<20 { histogram.record(1 << ((number + 1) * round + step % round)) }
            }
            let change = try #require(reader.exponentialHistogram("h"))
            #expect(change.count == 60)
            #expect(change.positive.counts.reduce(0, +) == 60)
            #expect(change.positive.counts.count <= 10)
            count += change.count
            sum += change.sum ?? 0
            let sofar = try #require(total.exponentialHistogram("h"))
            #expect(sofar.count == count)
            #expect(sofar.sum == sum)
            #expect(sofar.scale == change.scale)
        }
        #expect(reader.exponentialHistogram("h") == nil)
    }

    /// A thread that took over the block of one that ended goes on at its scale and loses nothing.
    @Test func threadsThatComeAndGoContinueEachOthersBlocks() throws {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential(maxSize: 8))
        var model = ExponentialModel(maxSize: 8)
        for number in 0..<40 {
            let values = (0..<5).map { Double((number * 7 + $0 * 13) % 50 - 20) / 4 }
            Crew.run(1) { _ in
                for value in values { histogram.record(value) }
            }
            for value in values { model.record(value) }
            let point = try #require(reader.exponentialHistogram("h"))
            #expect(ExponentialModel.Point(point) == model.point())
        }
    }
}
