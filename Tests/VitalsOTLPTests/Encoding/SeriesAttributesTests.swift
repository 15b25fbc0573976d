import Testing
import VitalsMetrics
import VitalsTesting

/// The attributes of series are kept from one request to the next, and stay right whatever series come and go.
@Suite("Attributes that are kept")
struct SeriesAttributesTests {
    /// Of several shapes and lengths, so that bytes that stay behind would show.
    private static func attributes(_ key: Int) -> Attributes {
        switch key % 3 {
        case 0: ["k": .int(key)]
        case 1: ["k": .string(String(repeating: "v", count: key % 50) + "\(key)")]
        default: ["a": .strings(["\(key)", ""]), "k": .int(key)]
        }
    }

    @Test("They are those of the series, in every round", arguments: [Temporality.cumulative, .delta])
    func agree(_ temporality: Temporality) throws {
        let encoding = Encoding(temporality)
        let counter = encoding.registry.meter("m").counter("c")
        let histogram = encoding.registry.meter("m").histogram("h")
        var random = SeededNumbers(7)
        var present: Set<Int> = []
        for _ in 0..<300 {
            encoding.clock.advance(by: .seconds(1))
            var touched: Set<Int> = []
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let key = Int.random(in: 0..<60, using: &random)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    counter.remove(Self.attributes(key))
                    histogram.remove(Self.attributes(key))
                    present.remove(key)
                } else {
                    counter.add(1, Self.attributes(key))
                    histogram.record(1, Self.attributes(key))
                    present.insert(key)
                    touched.insert(key)
                }
            }
            let expected = try encoding.peek()
            let (bytes, points) = try encoding.collect()
            try #require(bytes == expected)
            if temporality.isDelta(.counter) {
                #expect(points >= 2 * touched.intersection(present).count)
            } else {
                #expect(points == 2 * present.count)
            }
        }
    }

    @Test("Those of series that have gone are let go")
    func isBounded() throws {
        let encoding = Encoding()
        let counter = encoding.registry.meter("m").counter("c")
        var most = 0
        for round in 0..<400 {
            let keys = (0..<100).map { ["key": .string("series \(round * 100 + $0)")] as Attributes }
            for key in keys { counter.add(1, key) }
            _ = try encoding.collect()
            most = max(most, encoding.keptBytes)
            for key in keys { counter.remove(key) }
        }
        #expect(most < 600_000)
        for _ in 0..<130 { _ = try encoding.collect() }
        #expect(encoding.keptBytes == 0)
    }

    @Test("Those of series that have not changed for long are let go, and written again")
    func rest() throws {
        let encoding = Encoding(.delta)
        let counter = encoding.registry.meter("m").counter("c")
        counter.add(1, ["k": "rests"])
        let first = try encoding.collect().bytes
        #expect(encoding.keptBytes == 14)
        for _ in 0..<200 {
            counter.add(1, ["k": "works"])
            _ = try encoding.collect()
        }
        #expect(encoding.keptBytes == 14)
        counter.add(1, ["k": "rests"])
        #expect(try encoding.collect().bytes == first)
        #expect(encoding.keptBytes == 28)
    }
}
