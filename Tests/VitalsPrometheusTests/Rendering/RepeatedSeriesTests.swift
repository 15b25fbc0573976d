import Testing
import VitalsMetrics
import VitalsPrometheus

/// Series that Prometheus cannot tell apart: one is shown, the others are reported, and the scrape succeeds.
@Suite struct RepeatedSeriesTests {
    private let registry = Registry.still()

    private static let formats = [Accept.text, Accept.openMetrics]

    /// Two sets of attributes that are one set of labels.
    static let pairs: [(Attributes, Attributes)] = [
        (["k": "1"], ["k": 1]), (["k": 1.0], ["k": 1]), (["k": true], ["k": "true"]), ([:], ["k": ""]),
        (["a": "x", "b": ""], ["a": "x"]), (["a.b": "x"], ["a_b": "x"]), (["a.b": "1;2"], ["a.b": 1, "a_b": 2]),
        (["a.b": "", "a_b": "x"], ["a.b": "x", "a_b": ""]), (["k": .strings([])], ["k": "[]"]),
        (["a-": "", "a.": "1;2"], ["a-": "1", "a.": "2"]),
        // Sorted by their keys these come in another order.
        (["a.c": "1", "a_b": "2"], ["a_b": "2", "a_c": "1"]),
        (["a.c": "1", "a_b": "2", "z.": "3", "z_": ""], ["a_b": "2", "a_c": "1", "z_": "3"]),
    ]

    @Test(arguments: pairs)
    func theFirstIsShown(_ first: Attributes, _ second: Attributes) throws {
        let counter = registry.meter("shop").counter("orders")
        let sizes = registry.meter("shop").histogram("sizes", buckets: [])
        counter.add(1, first)
        counter.add(2, second)
        counter.add(4, ["other": 1])
        sizes.record(1, first)
        sizes.record(2, second)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(registry.conflicts == 0)
        for accept in Self.formats {
            for _ in 0..<2 {
                let parsed = try renderer.parsed(accept)
                #expect(parsed.samples.filter { $0.name == "orders_total" }.map(\.value) == [1, 4])
                #expect(parsed.value("sizes_sum") == 1)
            }
        }
        let decoded = try renderer.decoded()
        #expect(decoded.first { $0.name == "orders_total" }?.metrics.map(\.value) == [1, 4])
        // Once for each family, whatever the number of scrapes and formats.
        #expect(registry.conflicts == 2)
        // The other one has the labels when the first is gone.
        counter.remove(first)
        #expect(try renderer.parsed().samples.filter { $0.name == "orders_total" }.map(\.value) == [2, 4])
    }

    @Test func acrossTheMetersThatShareAFamily() throws {
        let one = registry.meter("one").counter("orders", description: "Orders.")
        let other = registry.meter("other").counter("orders")
        one.add(1, ["k": 1])
        one.add(2, ["k": 2])
        other.add(30, ["k": "2"])
        other.add(40, ["k": 3])
        let renderer = PrometheusRenderer(registry, options: .bare)
        let block = """
            # HELP orders_total Orders.
            # TYPE orders_total counter

            """
        let first = #"orders_total{k="1"} 1"# + "\n"
        for _ in 0..<2 {
            #expect(
                try renderer.text()
                    == block + first + #"orders_total{k="2"} 2"# + "\n" + #"orders_total{k="3"} 40"# + "\n")
        }
        #expect(try renderer.decoded().map { $0.metrics.map(\.value) } == [[1, 2, 40]])
        #expect(registry.conflicts == 1)
        // With scope labels nothing meets.
        let apart = try PrometheusRenderer(registry).parsed()
        #expect(apart.samples.map(\.value) == [1, 2, 30, 40])
    }

    /// Nothing about the second meter's own series changes here.
    @Test func aSeriesComesBackWhenTheOneInItsWayHasGone() throws {
        let one = registry.meter("one").counter("orders")
        let other = registry.meter("other").counter("orders")
        one.add(1)
        other.add(20)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try renderer.parsed().value("orders_total") == 1)
        #expect(try renderer.decoded().first?.metrics.map(\.value) == [1])
        one.removeAll { _ in true }
        #expect(try renderer.parsed().value("orders_total") == 20)
        #expect(try renderer.decoded().first?.metrics.map(\.value) == [20])
        one.add(3, ["k": 1])
        #expect(try renderer.parsed().samples.map(\.value) == [3, 20])
        one.add(4)
        #expect(try renderer.parsed().samples.map(\.value) == [3, 4])
    }

    /// An attribute whose name is one of the common labels', too.
    @Test func whereScopeLabelsAreMetToo() throws {
        let counter = registry.meter("shop", version: "1").counter("orders")
        counter.add(1, ["z": "1"])
        counter.add(2, ["otel.scope.name": "", "z": "1"])
        counter.add(3, ["otel.scope.version": "x", "otel_scope_name": "y"])
        counter.add(4, ["otel.scope.name": "y", "otel.scope.version": "x"])
        #expect(
            try PrometheusRenderer(registry).parsed().lines("orders_total") == [
                "z=1,otel_scope_name=shop,otel_scope_version=1 1",
                "otel_scope_name=y;shop,otel_scope_version=x;1 3",
            ])
    }

    @Test func aFamilyWhoseSeriesAreAllHiddenIsStillOneBlock() throws {
        for (meter, value) in [("a", 1), ("b", 2), ("c", 3)] { registry.meter(meter).gauge("depth").set(Double(value)) }
        registry.meter("c").gauge("depth").set(4, ["k": 1])
        let renderer = PrometheusRenderer(registry, options: .bare)
        for _ in 0..<2 { #expect(try renderer.text() == "# TYPE depth gauge\ndepth 1\ndepth{k=\"1\"} 4\n") }
    }
}
