import Testing
import VitalsTesting

@testable import VitalsMetrics

private enum Method: String, LabelValue {
    case get = "GET"
    case put = "PUT"
}

private struct Region: RawRepresentable, LabelValue {
    let rawValue: String
}

/// Families kept as properties, as services do.
private struct Requests {
    let byMethod: CounterFamily<Int, String>
    let byRoute: CounterFamily<Double, (String, Int)>
    let durations: HistogramFamily<Double, (String, Bool, Int)>

    init(_ meter: Meter) {
        byMethod = meter.counter("by.method", by: .string("method"))
        byRoute = meter.counter("by.route", of: Double.self, by: .string("route"), .int("status"))
        durations = meter.histogram("durations", buckets: [1], by: .string("a"), .bool("b"), .int("c"))
    }
}

@Suite struct FamilyTests {
    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func everyArityReachesTheSeriesOfItsLabels() {
        let counter = meter.counter("arity")
        let one = meter.counter("arity", by: .string("a"))
        let two = meter.counter("arity", by: .string("a"), .int("b"))
        let three = meter.counter("arity", by: .string("a"), .int("b"), .bool("c"))
        let four = meter.counter("arity", by: .string("a"), .int("b"), .bool("c"), .string("d"))
        let five = meter.counter("arity", by: .string("a"), .int("b"), .bool("c"), .string("d"), .int("e"))
        let six = meter.counter(
            "arity", by: .string("a"), .int("b"), .bool("c"), .string("d"), .int("e"), .string("f"))
        one["x"].add(1)
        two["x", -2].add(2)
        three["x", -2, true].add(3)
        four["x", -2, true, ""].add(4)
        five["x", -2, true, "", .max].add(5)
        six["x", -2, true, "", .max, "ü"].add(6)
        var labels: [(String, AttributeValue)] = []
        let all: [(String, AttributeValue)] = [
            ("a", "x"), ("b", -2), ("c", true), ("d", ""), ("e", .int(.max)), ("f", "ü"),
        ]
        for (place, label) in all.enumerated() {
            labels.append(label)
            counter.add(10, Attributes(labels))
            #expect(reader.counter("arity", Attributes(labels)) == Double(10 + place + 1))
        }
        #expect(reader.collect()["arity"]?.points.count == 6)
    }

    @Test func labelsMayBeDeclaredInAnyOrder() {
        let counter = meter.counter("order")
        let sorted = meter.counter("order", by: .string("a"), .int("b"), .bool("c"))
        let reversed = meter.counter("order", by: .bool("c"), .int("b"), .string("a"))
        let mixed = meter.counter("order", by: .int("b"), .string("a"), .bool("c"))
        for round in 1...2 {
            sorted["text", 7, true].add(1)
            reversed[true, 7, "text"].add(10)
            mixed[7, "text", true].add(100)
            counter.add(1000, ["b": 7, "c": true, "a": "text"])
            #expect(reader.counter("order", ["a": "text", "b": 7, "c": true]) == Double(1111 * round))
        }
        #expect(reader.collect()["order"]?.points.count == 1)
    }

    @Test func sixLabelsInReverseReachTheSameSeries() {
        let forward = meter.counter(
            "six", by: .string("a"), .int("b"), .bool("c"), .string("d"), .int("e"), .string("f"))
        let backward = meter.counter(
            "six", by: .string("f"), .int("e"), .string("d"), .bool("c"), .int("b"), .string("a"))
        for length in [0, 1, 3, 4, 7, 8, 9, 16, 17, 60] {
            let text = String(repeating: "x", count: length)
            forward["a\(text)", 1, false, text, -1, "f"].add(1)
            backward["f", -1, text, false, 1, "a\(text)"].add(1)
        }
        let points = reader.collect()["six"]?.points ?? []
        #expect(points.count == 10)
        #expect(points.allSatisfy { $0.int == 2 })
    }

    @Test func keysThatBeginAlikeAreSortedByAllTheirBytes() {
        let family = meter.counter(
            "keys", by: .string("http.request.size"), .string("http.request.method"), .string("http.request"))
        family["1", "GET", "r"].add(1)
        let labels: Attributes = ["http.request": "r", "http.request.method": "GET", "http.request.size": "1"]
        meter.counter("keys").add(1, labels)
        #expect(reader.counter("keys", labels) == 2)
    }

    @Test func anEnumOfTextsIsALabel() {
        let family = meter.counter("enums", by: .label("method", of: Method.self), .label("region", of: Region.self))
        family[.get, Region(rawValue: "eu")].add(1)
        family[.put, Region(rawValue: "eu")].add(2)
        meter.counter("enums", by: .string("method"), .string("region"))["GET", "eu"].add(10)
        #expect(reader.counter("enums", ["method": "GET", "region": "eu"]) == 11)
        #expect(reader.counter("enums", ["method": "PUT", "region": "eu"]) == 2)
        let single = meter.counter("single", by: .label("method", of: Method.self))
        single[.get].add(1)
        #expect(reader.counter("single", ["method": "GET"]) == 1)
    }

    @Test func ofLabelsWithOneNameTheLaterCounts() {
        let family = meter.counter("duplicates", by: .string("a"), .string("b"), .string("a"))
        family["first", "x", "second"].add(1)
        family["other", "x", "second"].add(1)
        #expect(reader.counter("duplicates", ["a": "second", "b": "x"]) == 2)
        #expect(reader.collect()["duplicates"]?.points.count == 1)
        #expect(SelfReport(reader).conflicts == 1)
        #expect(family.remove("any", "x", "second"))
        #expect(reader.collect()["duplicates"] == nil)
    }

    @Test func aLabelWithoutANameIsLeftOut() {
        let family = meter.counter("nameless", by: .string(""), .int("b"))
        family["x", 1].add(1)
        family["y", 1].add(1)
        #expect(reader.counter("nameless", ["b": 1]) == 2)
        #expect(SelfReport(reader).conflicts == 1)
    }

    @Test(arguments: [100, 116, 117, 126, 140, 148, 228, 236, 237, 238, 240, 241, 300, 1024, 20_000])
    func labelsOfAnyLengthReachTheirSeries(_ length: Int) {
        let first = String(repeating: "f", count: length)
        let second = String(repeating: "s", count: length)
        let one = meter.counter("one", by: .string("a"))
        let sorted = meter.counter("two", by: .string("a"), .string("b"))
        let turned = meter.counter("two", by: .string("b"), .string("a"))
        for _ in 0..<2 {
            one[first].add(1)
            sorted[first, second].add(1)
            turned[second, first].add(1)
            meter.counter("two").add(1, ["b": .string(second), "a": .string(first)])
        }
        #expect(reader.counter("one", ["a": .string(first)]) == 2)
        #expect(reader.counter("two", ["a": .string(first), "b": .string(second)]) == 6)
        #expect(reader.collect()["two"]?.points.count == 1)
        #expect(sorted.remove(first, second))
        #expect(reader.collect()["two"] == nil)
    }

    @Test func everyKindHasAFamily() {
        let doubles = meter.counter("doubles", of: Double.self, by: .string("a"))
        doubles["x"].add(0.5)
        let levels = meter.upDownCounter("levels", by: .string("a"))
        levels["x"].add(-3)
        let gauges = meter.gauge("gauges", by: .string("a"))
        gauges["x"].set(1.5)
        let sizes = meter.histogram("sizes", buckets: [1], by: .string("a"))
        sizes["x"].record(2)
        #expect(reader.counter("doubles", ["a": "x"]) == 0.5)
        #expect(reader.counter("levels", ["a": "x"]) == -3)
        #expect(reader.gauge("gauges", ["a": "x"]) == 1.5)
        #expect(reader.histogram("sizes", ["a": "x"])?.buckets == [0, 1])
    }

    @Test func aFamilyRemovesSeriesByTheirLabels() {
        let family = meter.counter("removals", by: .string("z"), .int("a"))
        family["x", 1].add(1)
        family["y", 2].add(1)
        let kept = family["x", 1]
        #expect(family.remove("x", 1))
        #expect(!family.remove("x", 1))
        #expect(!family.remove("x", 3))
        kept.add(100)
        #expect(reader.collect()["removals"]?.points.count == 1)
        family["x", 1].add(5)
        #expect(reader.counter("removals", ["a": 1, "z": "x"]) == 5)
        #expect(SelfReport(reader).dropped("removed") == 1)
    }

    @Test func aFamilyRemovesSeriesByACondition() {
        let family = meter.counter("removals", by: .string("tenant"), .int("status"))
        for status in 0..<5 {
            family["a", status].add(1)
            family["b", status].add(1)
        }
        #expect(family.removeAll { $0["tenant"] == "a" } == 5)
        #expect(reader.collect()["removals"]?.points.count == 5)
        #expect(family.removeAll { _ in true } == 5)
        #expect(reader.collect()["removals"] == nil)
    }

    @Test func familiesHaveTypesThatCanBeWritten() {
        let requests = Requests(meter)
        requests.byMethod["GET"].add(1)
        requests.byRoute["/", 200].add(0.5)
        requests.durations["a", true, 7].time {}
        #expect(reader.counter("by.method", ["method": "GET"]) == 1)
        #expect(reader.counter("by.route", ["route": "/", "status": 200]) == 0.5)
        #expect(reader.histogram("durations", ["a": "a", "b": true, "c": 7])?.count == 1)
    }

    @Test func aFamilyDeclaredAgainIsTheSameFamily() {
        let first = meter.counter("again", by: .string("a"), .int("b"))
        let same = meter.counter("again", by: .string("a"), .int("b"))
        let otherOrder = meter.counter("again", by: .int("b"), .string("a"))
        let otherKind = meter.counter("again", by: .string("a"), .string("b"))
        #expect(first.core.toOpaque() == same.core.toOpaque())
        #expect(first.core.toOpaque() != otherOrder.core.toOpaque())
        #expect(first.core.toOpaque() != otherKind.core.toOpaque())
        first["x", 1].add(1)
        same["x", 1].add(1)
        otherOrder[1, "x"].add(1)
        otherKind["x", "1"].add(10)
        #expect(reader.counter("again", ["a": "x", "b": 1]) == 3)
        #expect(reader.counter("again", ["a": "x", "b": "1"]) == 10)
    }

    @Test func viewsAndLimitsHoldForFamilies() {
        let view = View("filtered", attributes: .only(["method"]), cardinalityLimit: 2)
        let reader = InMemoryReader(views: [view])
        let family = reader.meter().counter("filtered", by: .string("route"), .string("method"))
        for method in ["GET", "PUT", "HEAD"] {
            for route in 0..<3 { family["/\(route)", method].add(1) }
        }
        #expect(reader.counter("filtered", ["method": "GET"]) == 3)
        #expect(reader.counter("filtered", ["method": "PUT"]) == 3)
        #expect(reader.counter("filtered", ["otel.metric.overflow": true]) == 3)
    }
}
