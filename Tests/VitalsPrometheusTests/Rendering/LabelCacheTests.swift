import Testing
import VitalsMetrics
import VitalsPrometheus
import VitalsTesting

/// Labels are kept from one rendering to the next, and stay right whatever series come and go.
@Suite struct LabelCacheTests {
    /// What the series of a family should be, beside what they are.
    private struct Model {
        let counter: Counter<Int>
        let histogram: Histogram<Int>
        var values: [Int: Int] = [:]

        static func attributes(_ key: Int) -> Attributes {
            // Of several shapes and lengths, so that bytes that stay behind would show.
            switch key % 3 {
            case 0: ["k": .int(key)]
            case 1: ["k": .string(String(repeating: "v", count: key % 50) + "\(key)")]
            default: ["a": .string("\"\(key)\n"), "k": .int(key)]
            }
        }

        mutating func add(_ key: Int, _ amount: Int) {
            counter.add(amount, Self.attributes(key))
            histogram.record(amount, Self.attributes(key))
            values[key, default: 0] += amount
        }

        mutating func remove(_ key: Int) {
            counter.remove(Self.attributes(key))
            histogram.remove(Self.attributes(key))
            values[key] = nil
        }

        /// By the text of the labels.
        var expected: [String: Double] {
            var all: [String: Double] = [:]
            for (key, value) in values {
                let labels = Self.attributes(key).map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1}")
                all[labels] = Double(value)
            }
            return all
        }

        func check(_ renderer: PrometheusRenderer) throws {
            for accept in [Accept.text, Accept.openMetrics] {
                let samples = try renderer.parsed(accept).samples
                for name in ["orders_total", "sizes_sum"] {
                    let found = samples.filter { $0.name == name }.map { ($0.key(), $0.value) }
                    #expect(Dictionary(found) { $0 + $1 } == expected)
                }
            }
            let decoded = try renderer.decoded()
            for (name, isHistogram) in [("orders_total", false), ("sizes", true)] {
                let metrics = decoded.first { $0.name == name }?.metrics ?? []
                let found = metrics.map { metric in
                    (
                        metric.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "\u{1}"),
                        (isHistogram ? metric.histogram?.sum : metric.value) ?? -1
                    )
                }
                #expect(Dictionary(found) { $0 + $1 } == expected)
            }
        }
    }

    @Test(arguments: Array(UInt64(1)...6))
    func followsAnySequence(_ seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let registry = Registry.still()
        let meter = registry.meter("shop")
        let histogram = meter.histogram("sizes", of: Int.self, buckets: [10])
        var model = Model(counter: meter.counter("orders"), histogram: histogram)
        let renderer = PrometheusRenderer(registry, options: .bare)
        for _ in 0..<25 {
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let key = Int.random(in: 0..<60, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: model.remove(key)
                default: model.add(key, Int.random(in: 1...9, using: &random))
                }
            }
            if Int.random(in: 0..<20, using: &random) == 0 { for key in 0..<60 { model.remove(key) } }
            try model.check(renderer)
        }
    }

    @Test func seriesComeGoAndReturn() throws {
        let registry = Registry.still()
        let counter = registry.meter("shop").counter("orders")
        let renderer = PrometheusRenderer(registry, options: .bare)
        func shown() throws -> [String] { try renderer.parsed().lines("orders_total") }
        #expect(try shown() == [])
        for label in ["a", "b", "c"] { counter.add(1, ["k": .string(label)]) }
        #expect(try shown() == ["k=a 1", "k=b 1", "k=c 1"])
        counter.remove(["k": "b"])
        #expect(try shown() == ["k=a 1", "k=c 1"])
        // Into the hole.
        counter.add(5, ["k": "a longer one"])
        #expect(try shown() == ["k=a 1", "k=a longer one 5", "k=c 1"])
        counter.add(7, ["k": "b"])
        #expect(try shown() == ["k=a 1", "k=a longer one 5", "k=c 1", "k=b 7"])
        // Removed and there again between two scrapes: from zero.
        counter.remove(["k": "a"])
        counter.add(9, ["k": "a"])
        #expect(try shown() == ["k=a 9", "k=a longer one 5", "k=c 1", "k=b 7"])
        counter.removeAll { _ in true }
        #expect(try shown() == [])
        counter.add(2, ["k": "z"])
        #expect(try shown() == ["k=z 2"])
    }

    @Test func idleSeriesExpire() throws {
        let clock = ManualClock()
        var limits = Limits()
        limits.idleExpiry = .seconds(60)
        let registry = Registry(limits: limits, clock: clock.clock)
        let counter = registry.meter("shop").counter("orders")
        let renderer = PrometheusRenderer(registry, options: .bare)
        counter.add(1, ["k": "idle"])
        counter.add(1, ["k": "busy"])
        #expect(try renderer.parsed().lines("orders_total") == ["k=idle 1", "k=busy 1"])
        clock.advance(by: .seconds(61))
        counter.add(1, ["k": "busy"])
        #expect(try renderer.parsed().lines("orders_total") == ["k=busy 2"])
        #expect(try renderer.parsed(Accept.openMetrics).lines("orders_total") == ["k=busy 2"])
        clock.advance(by: .seconds(61))
        _ = try renderer.parsed()
        #expect(try renderer.text() == "")
        counter.add(3, ["k": "idle"])
        #expect(try renderer.parsed().lines("orders_total") == ["k=idle 3"])
    }

    @Test func moreFormatsThanAreKept() throws {
        let registry = Registry.still()
        let counter = registry.meter("shop").counter("orders.placed")
        let renderer = PrometheusRenderer(registry, options: .bare)
        let accepts = [
            Accept.text, Accept.openMetrics, Accept.utf8Text, Accept.utf8OpenMetrics, Accept.text(.dots),
            Accept.openMetrics(.values),
        ]
        for round in 1...3 {
            counter.add(1, ["k": .int(round)])
            for accept in accepts {
                #expect(try renderer.parsed(accept).samples.map(\.value) == Array(repeating: 1, count: round))
            }
        }
    }

    @Test func seriesBeyondTheLimitShareTheOverflowSeries() throws {
        var limits = Limits()
        limits.cardinality = 2
        let registry = Registry.still(limits: limits)
        let counter = registry.meter("shop").counter("orders")
        for label in 0..<5 { counter.add(1, ["k": .int(label)]) }
        #expect(
            try PrometheusRenderer(registry, options: .bare).parsed().lines("orders_total")
                == ["k=0 1", "k=1 1", "otel_metric_overflow=true 3"])
    }
}
