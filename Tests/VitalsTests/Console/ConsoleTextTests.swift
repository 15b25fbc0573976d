import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import Vitals

/// What the console shows.
@Suite struct ConsoleTextTests {
    private let clock = ManualClock()

    private func registry(_ cardinality: Int = 2000) -> Registry {
        var limits = Limits()
        limits.cardinality = cardinality
        return Registry(limits: limits, clock: clock.clock)
    }

    private func shown(_ registry: Registry, temporality: Temporality = .cumulative, limit: Int = 4 << 20) -> String {
        let screen = Locked("")
        let exporter = ConsoleExporter(temporality: temporality, limit: limit) { bytes, _ in
            screen.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return nil
        }
        #expect(exporter.export(MetricReader(registry, temporality: temporality), until: .max))
        return screen.withLock { $0 }
    }

    @Test func eachPointIsALine() {
        let registry = registry()
        let meter = registry.meter("shop")
        meter.counter("orders.placed", unit: "{order}").add(41, ["method": "card", "status": 200])
        meter.counter("orders.plain").add(1)
        meter.counter("bytes.sent", of: Double.self, unit: .bytes).add(1_234_567.5)
        meter.upDownCounter("orders.in_flight").add(-7)
        let odd = meter.gauge("temperature", of: Double.self, unit: "Cel")
        odd.set(-0.25, ["at": "here"])
        odd.set(.nan, ["at": "nan"])
        odd.set(.infinity, ["at": "over"])
        odd.set(-.infinity, ["at": "under"])
        clock.advance(by: .milliseconds(19))
        #expect(
            shown(registry) == """
                2023-11-14T22:13:20.019Z bytes.sent 1234567.5 By
                2023-11-14T22:13:20.019Z orders.in_flight -7
                2023-11-14T22:13:20.019Z orders.placed{method="card", status=200} 41 {order}
                2023-11-14T22:13:20.019Z orders.plain 1
                2023-11-14T22:13:20.019Z temperature{at="here"} -0.25 Cel
                2023-11-14T22:13:20.019Z temperature{at="nan"} NaN Cel
                2023-11-14T22:13:20.019Z temperature{at="over"} +Inf Cel
                2023-11-14T22:13:20.019Z temperature{at="under"} -Inf Cel

                """)
    }

    @Test func histogramsAreShownInShort() {
        let registry = registry()
        let meter = registry.meter("shop")
        let classic = meter.histogram("duration", unit: .seconds, buckets: [0.005, 0.1, 1, 2.5])
        for value in [0.001, 0.005, 0.05, 0.7, 1, 9] { classic.record(value, ["route": "/"]) }
        let exponential = meter.histogram("size", unit: .bytes, buckets: .exponential(maxScale: 0))
        for value in [-4.0, -1, 0, 0, 3, 3, 3, 3, 3, 1000] { exponential.record(value) }
        let fine = meter.histogram("fine", buckets: .exponential())
        for _ in 0..<10 { fine.record(0.0123) }
        #expect(
            shown(registry) == """
                2023-11-14T22:13:20.000Z duration{route="/"} count=6 sum=10.756 min=0.001 max=9 p50≤0.1 p90>2.5 p99>2.5 s
                2023-11-14T22:13:20.000Z fine count=10 sum=0.12300000000000003 min=0.0123 max=0.0123 p50≤0.01231 p90≤0.01231 p99≤0.01231
                2023-11-14T22:13:20.000Z size count=10 sum=1010 min=-4 max=1000 p50≤4 p90≤4 p99≤1024 By

                """)
    }

    @Test func changesAreMarkedAndTotalsOfLevelsAreNot() {
        let registry = registry()
        let meter = registry.meter("shop")
        meter.counter("orders").add(3)
        meter.upDownCounter("stock").add(3)
        meter.histogram("size", buckets: [1]).record(2)
        #expect(
            shown(registry, temporality: .delta) == """
                2023-11-14T22:13:20.000Z orders 3 delta
                2023-11-14T22:13:20.000Z size count=1 sum=2 p50>1 p90>1 p99>1 delta
                2023-11-14T22:13:20.000Z stock 3

                """)
    }

    @Test func nothingInALabelBreaksTheLineOrTheTerminal() {
        let registry = registry()
        registry.meter("shop").counter("orders").add(
            1,
            ["a\nb": "c\r\n\td\"e\\f\u{1B}[31m\u{7F}\u{9B}\u{202E}g", "list": .strings(["x\u{1B}", "y"]), "ok": "ü🛒"])
        #expect(
            shown(registry) == #"""
                2023-11-14T22:13:20.000Z orders{a\nb="c\r\n\td\"e\\f\u{1b}[31m\u{7f}\u{9b}\u{202e}g", list=["x\u001b","y"], ok="ü🛒"} 1

                """#)
    }

    @Test func whatDoesNotFitIsCounted() {
        let registry = registry()
        let counter = registry.meter("shop").counter("orders")
        for index in 0..<100 { counter.add(1, ["index": .int(index)]) }
        let text = shown(registry, limit: 500)
        let lines = text.split(separator: "\n")
        #expect(text.utf8.count < 550)
        #expect(lines.count > 2)
        #expect(lines.last == "and \(100 - (lines.count - 1)) more points")
    }

    @Test func nothingToShowIsNothing() {
        #expect(shown(registry()) == "")
    }

    @Test func whatWasShownIsNotShownAgainAndWhatWasNotIs() {
        let registry = registry()
        registry.meter("shop").counter("orders").add(3)
        let screen = Locked<[String]>([])
        let isBroken = Atomic(true)
        let exporter = ConsoleExporter(temporality: .delta) { bytes, _ in
            screen.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            return isBroken.load(ordering: .relaxed) ? "it is a test" : nil
        }
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .max))
        #expect(exporter.failureCount == 1)
        isBroken.store(false, ordering: .relaxed)
        #expect(exporter.export(reader, until: .max))
        #expect(exporter.export(reader, until: .max))
        #expect(exporter.failureCount == 1)
        let line = "2023-11-14T22:13:20.000Z orders 3 delta\n"
        #expect(screen.withLock { $0 } == [line, "\n" + line, ""])
    }

    @Test func afterShutdownNothingIsShown() {
        let exporter = ConsoleExporter { _, _ in
            Issue.record("something was shown")
            return nil
        }
        exporter.shutdown()
        exporter.shutdown()
        #expect(!exporter.export(MetricReader(registry()), until: .max))
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-2.5, "-2.5"), (1e21, "1e+21"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        (.leastNonzeroMagnitude, "5e-324"),
    ])
    func numbersAreAsShortAsTheyReadBack(value: Double, text: String) {
        #expect(ConsoleText.number(value) == text)
    }

    @Test(
        arguments: [
            (1, [1, 1, 1]), (2, [1, 2, 2]), (10, [5, 9, 10]), (100, [50, 90, 99]), (101, [51, 91, 100]),
            (UInt64.max, [9_223_372_036_854_775_808, 16_602_069_666_338_596_454, 18_262_276_632_972_456_099]),
        ] as [(UInt64, [UInt64])])
    func quantilesLieInTheBucketOfTheirValue(count: UInt64, ranks: [UInt64]) {
        for (rank, name) in zip(ranks, ["p50", "p90", "p99"]) {
            var quantiles = ConsoleQuantiles(count: count)
            quantiles.add(rank - 1, upTo: 1)
            quantiles.add(1, upTo: 2)
            quantiles.add(count - rank, upTo: 3)
            #expect(quantiles.text(above: nil).contains("\(name)≤2"))
        }
    }
}
