import Testing
import VitalsMetrics
import VitalsPrometheus

/// `name[]` of a scrape.
@Suite struct FilterTests {
    private let registry = Registry.still()
    private let renderer: PrometheusRenderer

    init() {
        let meter = registry.meter("shop")
        meter.counter("orders.placed").add(1)
        meter.gauge("queue.depth").set(2)
        meter.histogram("order.size", buckets: [10]).record(3)
        meter.observableCounter("uptime") { $0.observe(4) }
        renderer = PrometheusRenderer(registry, options: .bare, resource: ["a": 1])
    }

    static let filters: [([String], [String])] = [
        (["queue_depth"], ["queue_depth"]),
        (["orders_placed"], ["orders_placed_total"]), (["orders_placed_total"], ["orders_placed_total"]),
        (["order_size"], ["order_size"]),
        (["order_size_bucket"], []), (["order_size_sum"], []), (["orders_placed_created"], []),
        (["queue.depth"], []), (["QUEUE_DEPTH"], []), (["queue"], []), (["queue_depth "], []), (["*"], []),
        (["uptime", "queue_depth", "uptime", "nothing"], ["queue_depth", "uptime_total"]),
        (["target_info"], ["target_info"]), (["target"], ["target_info"]),
        (["", "queue_depth"], ["queue_depth"]),
        // Who names nothing asks for everything.
        ([], ["target_info", "order_size", "orders_placed_total", "queue_depth", "uptime_total"]),
        (["", ""], ["target_info", "order_size", "orders_placed_total", "queue_depth", "uptime_total"]),
    ]

    @Test(arguments: filters)
    func choosesFamilies(_ families: [String], _ shown: [String]) throws {
        #expect(try renderer.parsed(families: families).families.map(\.name) == shown)
        #expect(try renderer.decoded(families: families).map(\.name) == shown)
        let open = try renderer.parsed(Accept.openMetrics, families: families)
        #expect(
            open.families.map(\.name)
                == shown.map { $0.hasSuffix("_total") ? String($0.dropLast(6)) : $0 == "target_info" ? "target" : $0 })
    }

    @Test func nothingThatMatchesIsStillABody() throws {
        #expect(try renderer.text(families: ["nothing"]) == "")
        #expect(try renderer.text(Accept.openMetrics, families: ["nothing"]) == "# EOF\n")
        #expect(try renderer.decoded(families: ["nothing"]).isEmpty)
    }

    @Test func namesAreThoseOfTheSchemeThatIsAskedFor() throws {
        let options = PrometheusOptions.with {
            $0.translation = .noTranslation
            $0.hasScopeLabels = false
        }
        let renderer = PrometheusRenderer(registry, options: options)
        #expect(try renderer.text(Accept.utf8Text, families: ["queue.depth"]).contains("{\"queue.depth\"} 2\n"))
        #expect(try renderer.text(Accept.utf8Text, families: ["queue_depth"]) == "")
        #expect(try renderer.text(Accept.text, families: ["queue_depth"]).contains("queue_depth 2\n"))
    }

    @Test func theNextFullScrapeKnowsNothingOfIt() throws {
        let registry = Registry.still()
        let total = Locked(0)
        let meter = registry.meter("shop")
        meter.observableCounter("seen") { observer in
            let now = total.withLock { total in
                total += 1
                return total
            }
            observer.observe(now, ["k": .int(now % 2)])
            observer.observe(now, ["k": "always"])
        }
        meter.counter("orders").add(1)
        let options = PrometheusOptions.with {
            $0.hasScopeLabels = false
            $0.hasCreatedSamples = true
        }
        let renderer = PrometheusRenderer(registry, options: options)
        let full = try renderer.parsed(Accept.openMetrics)
        for _ in 0..<3 {
            #expect(
                try renderer.parsed(Accept.openMetrics, families: ["orders"]).families.map(\.name) == ["orders"])
        }
        let again = try renderer.parsed(Accept.openMetrics)
        #expect(again.lines("seen_total").sorted() == ["k=1 5", "k=always 5"])
        #expect(again.lines("seen_created").contains { full.lines("seen_created").contains($0) })
        #expect(again.value("orders_total") == 1)
    }

    @Test func joinedHistogramsAreMeasuredTogether() throws {
        let registry = Registry.still()
        registry.meter("a").histogram("wide", buckets: .exponential()).record(1, ["k": 1])
        registry.meter("b").histogram("wide", buckets: .exponential()).record(4, ["k": 2])
        registry.meter("b").gauge("depth").set(1)
        let parsed = try PrometheusRenderer(registry, options: .bare).parsed(families: ["wide"])
        #expect(
            parsed.lines("wide_bucket") == [
                "k=1,le=1 1", "k=1,le=2 1", "k=1,le=4 1", "k=1,le=+Inf 1",
                "k=2,le=1 0", "k=2,le=2 0", "k=2,le=4 1", "k=2,le=+Inf 1",
            ])
    }
}
