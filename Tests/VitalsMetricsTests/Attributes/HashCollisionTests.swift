import Testing
import VitalsMetrics
import VitalsTesting

/// With most of the hash masked away label sets collide with each other.
@Suite struct HashCollisionTests {
    /// No bit at all, one bit, and all of those that the tables do not use.
    static let masks: [UInt64] = [0, 1 << 32, 0xFFFF_FFFF]

    private static func reader(_ mask: UInt64, limits: Limits = Limits()) -> InMemoryReader {
        InMemoryReader(Registry(limits: limits, clock: .system, hashMask: mask))
    }

    @Test(arguments: masks) func collidingLabelSetsStaySeries(_ mask: UInt64) {
        let reader = Self.reader(mask)
        let counter = reader.meter().counter("colliding")
        let family = reader.meter().counter("colliding", by: .int("number"))
        for number in 0..<200 {
            counter.add(number, ["number": .int(number)])
            family[number].add(1)
        }
        counter.add(7)
        counter.add(9, ["number": "0"])
        let points = reader.collect()["colliding"]?.points ?? []
        #expect(points.count == 202)
        for number in 0..<200 {
            #expect(reader.counter("colliding", ["number": .int(number)]) == Double(number + 1))
        }
        #expect(reader.counter("colliding") == 7)
        #expect(reader.counter("colliding", ["number": "0"]) == 9)
    }

    @Test(arguments: masks) func removalHitsTheRightOneOfCollidingSeries(_ mask: UInt64) {
        let reader = Self.reader(mask)
        let counter = reader.meter().counter("colliding")
        for number in 0..<100 { counter.add(1, ["number": .int(number)]) }
        for number in stride(from: 0, to: 100, by: 3) { #expect(counter.remove(["number": .int(number)])) }
        #expect(!counter.remove(["number": 0]))
        let left = reader.collect()["colliding"]?.points.compactMap { $0.attributes["number"] } ?? []
        #expect(Set(left) == Set((0..<100).filter { !$0.isMultiple(of: 3) }.map { AttributeValue.int($0) }))
        for number in 0..<100 { counter.add(1, ["number": .int(number)]) }
        for number in 0..<100 {
            let expected = number.isMultiple(of: 3) ? 1.0 : 2.0
            #expect(reader.counter("colliding", ["number": .int(number)]) == expected)
        }
    }

    @Test(arguments: masks) func collidingSeriesComeAndGoWithoutEnd(_ mask: UInt64) {
        let reader = Self.reader(mask)
        let gauge = reader.meter().gauge("colliding")
        for round in 0..<300 {
            gauge.set(round, ["round": .int(round)])
            if round >= 10 { #expect(gauge.remove(["round": .int(round - 10)])) }
        }
        #expect(reader.collect()["colliding"]?.points.count == 10)
        #expect(reader.gauge("colliding", ["round": 299]) == 299)
        #expect(reader.gauge("colliding", ["round": 289]) == nil)
    }

    @Test func theLimitHoldsForCollidingSeries() {
        var limits = Limits()
        limits.cardinality = 5
        let reader = Self.reader(0, limits: limits)
        let counter = reader.meter().counter("colliding")
        for number in 0..<9 { counter.add(1, ["number": .int(number)]) }
        #expect(reader.collect()["colliding"]?.points.count == 6)
        #expect(reader.counter("colliding", ["otel.metric.overflow": true]) == 4)
        #expect(reader.counter("colliding", ["number": 4]) == 1)
    }

    @Test func threadsFindTheRightOneOfCollidingSeries() {
        let reader = Self.reader(0)
        let counter = reader.meter().counter("colliding")
        Crew.run(4) { _ in
            for round in 0..<1000 { counter.add(1, ["number": .int(round % 20)]) }
        }
        let points = reader.collect()["colliding"]?.points ?? []
        #expect(points.count == 20)
        #expect(points.allSatisfy { $0.int == 200 })
    }
}
