import Testing
import VitalsMetrics
import VitalsTesting

/// An instrument that several views select has several streams.
@Suite struct SeveralViewsTests {
    private let views = [
        View("requests", name: "requests.by.route", attributes: .only(["route"])),
        View("requests", name: "requests.by.status", attributes: .only(["status"])),
        View("requests", name: "requests.sizes", attributes: .only([]), aggregation: .histogram([2, 5])),
    ]

    private func expect(_ reader: InMemoryReader) {
        let collected = reader.collect()
        #expect(collected.metrics.map(\.name) == ["requests.by.route", "requests.by.status", "requests.sizes"])
        #expect(collected["requests.by.route"]?.byLabels == ["{route=/a}": 7, "{route=/b}": 8])
        #expect(collected["requests.by.status"]?.byLabels == ["{status=200}": 13, "{status=500}": 2])
        let sizes = collected["requests.sizes"]?[[:]]?.histogram
        #expect(sizes?.buckets == [2, 1, 1])
        #expect(sizes?.sum == 15)
    }

    private static let measurements: [(Int, String, Int)] = [
        (1, "/a", 200), (2, "/a", 500), (4, "/a", 200), (8, "/b", 200),
    ]

    @Test func labelsReachEveryStream() {
        let reader = InMemoryReader(views: views)
        let counter = reader.meter().counter("requests")
        for (amount, route, status) in Self.measurements {
            counter.add(amount, ["route": .string(route), "status": .int(status)])
        }
        expect(reader)
    }

    @Test func handlesReachEveryStream() {
        let reader = InMemoryReader(views: views)
        let counter = reader.meter().counter("requests")
        for (amount, route, status) in Self.measurements {
            let handle = counter.with(["route": .string(route), "status": .int(status)])
            handle.add(amount)
        }
        expect(reader)
    }

    @Test func familiesReachEveryStream() {
        let reader = InMemoryReader(views: views)
        let family = reader.meter().counter("requests", by: .string("route"), .int("status"))
        for (amount, route, status) in Self.measurements { family[route, status].add(amount) }
        expect(reader)
    }

    @Test func theInstrumentItselfReachesEveryStream() {
        let reader = InMemoryReader(views: [View("*", name: "first"), View("*", name: "second")])
        let meter = reader.meter()
        let counter = meter.counter("counter")
        counter.add(1)
        counter.add(2)
        let collected = reader.collect()
        #expect(collected["first"]?.byLabels == ["{}": 3])
        #expect(collected["second"]?.byLabels == ["{}": 3])
    }

    @Test func theInstrumentStaysUsableWhenItsSeriesAreRemoved() {
        let reader = InMemoryReader(views: [View("counter", name: "first"), View("counter", name: "second")])
        let counter = reader.meter().counter("counter")
        counter.add(1)
        #expect(counter.remove([:]))
        counter.add(4)
        let collected = reader.collect()
        #expect(collected["first"]?.byLabels == ["{}": 4])
        #expect(collected["second"]?.byLabels == ["{}": 4])
    }

    @Test func gaugesReachEveryStream() {
        let reader = InMemoryReader(views: [
            View("gauge", name: "last"), View("gauge", name: "all", aggregation: .histogram([5])),
        ])
        let gauge = reader.meter().gauge("gauge")
        let kept = gauge.with(["a": 1])
        kept.set(3)
        kept.set(9)
        gauge.set(1, ["a": 1])
        let collected = reader.collect()
        #expect(collected["last"]?[["a": 1]]?.number == 1)
        #expect(collected["all"]?[["a": 1]]?.histogram?.buckets == [2, 1])
    }

    @Test func observablesReachEveryStream() {
        let reader = InMemoryReader(views: [
            View("total", name: "whole"), View("total", name: "parts", attributes: .without(["b"])),
        ])
        reader.meter().observableCounter("total") { observer in
            observer.observe(1, ["a": 1, "b": 1])
            observer.observe(2, ["a": 1, "b": 2])
        }
        for _ in 0..<2 {
            let collected = reader.collect()
            #expect(collected["whole"]?.points.count == 2)
            #expect(collected["parts"]?.byLabels == ["{a=1}": 3])
        }
    }

    @Test func removalReachesEveryStream() {
        let reader = InMemoryReader(views: [View("counter", name: "first"), View("counter", name: "second")])
        let counter = reader.meter().counter("counter")
        counter.add(1, ["a": 1])
        counter.add(1, ["a": 2])
        #expect(counter.remove(["a": 1]))
        #expect(reader.collect().metrics.map(\.labels) == [[["a": 2]], [["a": 2]]])
        #expect(counter.removeAll { _ in true } >= 2)
        #expect(reader.collect().isEmpty)
    }

    @Test func manyHandlesOfManyStreamsDoNotMixUp() {
        let reader = InMemoryReader(views: [
            View("counter", name: "tens", attributes: .only(["ten"])),
            View("counter", name: "ones", attributes: .only(["one"])),
        ])
        let counter = reader.meter().counter("counter")
        let handles = (0..<100).map { counter.with(["ten": .int($0 / 10), "one": .int($0 % 10)]) }
        for (number, handle) in handles.enumerated() { handle.add(number) }
        let collected = reader.collect()
        for digit in 0..<10 {
            #expect(collected["tens"]?[["ten": .int(digit)]]?.int == (0..<10).reduce(0) { $0 + digit * 10 + $1 })
            #expect(collected["ones"]?[["one": .int(digit)]]?.int == (0..<10).reduce(0) { $0 + $1 * 10 + digit })
        }
    }
}
