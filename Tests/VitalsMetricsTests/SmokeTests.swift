import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct SmokeTests {
    @Test func everyKindIsReported() async {
        let reader = InMemoryReader()
        let meter = reader.meter()
        let placed = meter.counter("orders.placed", unit: "{order}", description: "Orders accepted.")
        placed.add(1)
        placed.add(2, ["payment.method": "card"])
        let requests = meter.counter("http.requests", by: .string("method"), .string("route"), .int("status"))
        requests["GET", "/orders", 200].add(1)
        let ok = requests["GET", "/orders", 200]
        ok.add(1)
        let unsorted = meter.counter("unsorted", by: .string("z"), .int("a"), .bool("m"))
        unsorted["zz", 3, true].add(5)
        unsorted["zz", 3, true].add(5)
        meter.gauge("depth").set(42)
        let latency = meter.histogram("latency", unit: .seconds, buckets: .latency)
        latency.record(0.042)
        latency.time {}
        let sizes = meter.histogram("sizes", unit: .bytes, buckets: .exponential())
        for value in 1...1000 { sizes.record(value) }
        let watch = meter.observableGauge("pool.idle") { $0.observe(7, ["pool": "db"]) }
        let collected = reader.collect()
        #expect(collected["orders.placed"]?[[:]]?.int == 1)
        #expect(reader.counter("orders.placed", ["payment.method": "card"]) == 2)
        #expect(reader.counter("http.requests", ["status": 200, "method": "GET", "route": "/orders"]) == 2)
        #expect(reader.counter("unsorted", ["z": "zz", "a": 3, "m": true]) == 10)
        #expect(reader.gauge("depth") == 42)
        #expect(reader.histogram("latency")?.count == 2)
        let exponential = reader.exponentialHistogram("sizes")
        #expect(exponential?.count == 1000)
        #expect(exponential?.scale == 3)
        #expect(exponential?.positive.counts.reduce(0, +) == 1000)
        #expect(reader.gauge("pool.idle", ["pool": "db"]) == 7)
        watch.cancel()
        #expect(reader.gauge("pool.idle", ["pool": "db"]) == nil)
    }

    @Test func aFamilyOfOneLabelMayBeUsedWhereItIsDeclared() {
        let reader = InMemoryReader()
        reader.meter().counter("requests", by: .string("method"))["GET"].add(1)
        reader.meter().counter("statuses", by: .int("status"))[200].add(2)
        let kept: CounterFamily<Int, String> = reader.meter().counter("requests", by: .string("method"))
        kept["GET"].add(1)
        reader.meter().histogram("sizes", by: .string("route"))["/"].record(1)
        #expect(reader.counter("requests", ["method": "GET"]) == 2)
        #expect(reader.counter("statuses", ["status": 200]) == 2)
        #expect(reader.histogram("sizes", ["route": "/"])?.count == 1)
    }
}
