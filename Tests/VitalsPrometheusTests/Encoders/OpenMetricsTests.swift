import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct OpenMetricsTests {
    @Test func showsEveryKindOfInstrument() throws {
        let registry = Registry.still()
        let meter = registry.meter("shop", version: "1.2")
        meter.counter("orders.placed", unit: "{order}", description: "Orders \"accepted\".\nAll \\ of them.")
            .add(3, ["payment.method": "card"])
        meter.counter("cpu.time", of: Double.self, unit: .seconds, description: "Time.").add(17)
        meter.upDownCounter("orders.in_flight").add(-2)
        meter.gauge("queue.depth", of: Double.self, unit: .ratio).set(0.25)
        let latency = meter.histogram("order.duration", unit: .seconds, buckets: .explicit([0.005, 1, 1e6]))
        for value in [0.004, 0.5, 7] { latency.record(value) }
        let sizes = meter.histogram("order.size", of: Int.self, unit: .bytes, buckets: [])
        sizes.record(40)
        let renderer = PrometheusRenderer(registry, resource: ["service.name": "shop", "pid": 7])
        #expect(
            try renderer.text(Accept.openMetrics) == """
                # TYPE target info
                # HELP target Target metadata
                target_info{pid="7",service_name="shop"} 1
                # TYPE cpu_time_seconds counter
                # UNIT cpu_time_seconds seconds
                # HELP cpu_time_seconds Time.
                cpu_time_seconds_total{otel_scope_name="shop",otel_scope_version="1.2"} 17.0
                # TYPE order_duration_seconds histogram
                # UNIT order_duration_seconds seconds
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="0.005"} 1
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="1.0"} 2
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="1e+06"} 3
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="+Inf"} 3
                order_duration_seconds_sum{otel_scope_name="shop",otel_scope_version="1.2"} 7.504
                order_duration_seconds_count{otel_scope_name="shop",otel_scope_version="1.2"} 3
                # TYPE order_size_bytes histogram
                # UNIT order_size_bytes bytes
                order_size_bytes_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="+Inf"} 1
                order_size_bytes_sum{otel_scope_name="shop",otel_scope_version="1.2"} 40.0
                order_size_bytes_count{otel_scope_name="shop",otel_scope_version="1.2"} 1
                # TYPE orders_in_flight gauge
                orders_in_flight{otel_scope_name="shop",otel_scope_version="1.2"} -2
                # TYPE orders_placed counter
                # HELP orders_placed Orders \\"accepted\\".\\nAll \\\\ of them.
                orders_placed_total{payment_method="card",otel_scope_name="shop",otel_scope_version="1.2"} 3
                # TYPE queue_depth_ratio gauge
                queue_depth_ratio{otel_scope_name="shop",otel_scope_version="1.2"} 0.25
                # EOF

                """)
    }

    @Test func startTimesAreSamplesIfAskedFor() throws {
        let registry = Registry.still()
        let meter = registry.meter("shop")
        meter.counter("orders").add(1, ["kind": "a"])
        meter.counter("orders").add(2, ["kind": "b"])
        meter.gauge("depth").set(1)
        meter.histogram("sizes", buckets: [1]).record(2)
        meter.histogram("cold", buckets: [-1]).record(2)
        meter.histogram("wide", buckets: .exponential()).record(4)
        let options = PrometheusOptions.with {
            $0.hasScopeLabels = false
            $0.hasCreatedSamples = true
        }
        let renderer = PrometheusRenderer(registry, options: options)
        #expect(
            try renderer.text(Accept.openMetrics) == """
                # TYPE cold histogram
                cold_bucket{le="-1.0"} 0
                cold_bucket{le="+Inf"} 1
                cold_created 1520430000.123
                # TYPE depth gauge
                depth 1.0
                # TYPE orders counter
                orders_total{kind="a"} 1
                orders_created{kind="a"} 1520430000.123
                orders_total{kind="b"} 2
                orders_created{kind="b"} 1520430000.123
                # TYPE sizes histogram
                sizes_bucket{le="1.0"} 0
                sizes_bucket{le="+Inf"} 1
                sizes_sum 2.0
                sizes_count 1
                sizes_created 1520430000.123
                # TYPE wide histogram
                wide_bucket{le="4.0"} 1
                wide_bucket{le="+Inf"} 1
                wide_sum 4.0
                wide_count 1
                wide_created 1520430000.123
                # EOF

                """)
        #expect(try !renderer.text(Accept.text).contains("_created"))
    }

    @Test func sumsThatMayFallAreLeftOutTogetherWithTheCount() throws {
        let histogram = View("levels", aggregation: .histogram([0, 10]))
        let registry = Registry.still([histogram])
        let meter = registry.meter("shop")
        meter.upDownCounter("levels").add(5)
        meter.histogram("below", buckets: [-1, 1]).record(3)
        // The bounds do not tell that values are negative; the sum does.
        meter.histogram("negative", buckets: [1]).record(-3)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(
            try renderer.text(Accept.openMetrics) == """
                # TYPE below histogram
                below_bucket{le="-1.0"} 0
                below_bucket{le="1.0"} 0
                below_bucket{le="+Inf"} 1
                # TYPE levels histogram
                levels_bucket{le="0.0"} 0
                levels_bucket{le="10.0"} 1
                levels_bucket{le="+Inf"} 1
                # TYPE negative histogram
                negative_bucket{le="1.0"} 1
                negative_bucket{le="+Inf"} 1
                # EOF

                """)
        #expect(
            try renderer.text() == """
                # TYPE below histogram
                below_bucket{le="-1"} 0
                below_bucket{le="1"} 0
                below_bucket{le="+Inf"} 1
                below_sum 3
                below_count 1
                # TYPE levels histogram
                levels_bucket{le="0"} 0
                levels_bucket{le="10"} 1
                levels_bucket{le="+Inf"} 1
                levels_count 1
                # TYPE negative histogram
                negative_bucket{le="1"} 1
                negative_bucket{le="+Inf"} 1
                negative_sum -3
                negative_count 1

                """)
    }

    /// A gauge's value, in text and in OpenMetrics.
    static let doubles: [(Double, String, String)] = [
        (.nan, "NaN", "NaN"), (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"),
        (0, "0", "0.0"), (-0.0, "0", "0.0"), (1, "1", "1.0"), (-17, "-17", "-17.0"),
        (100_000, "100000", "100000.0"), (1_000_000, "1e+06", "1e+06"), (1_234_567, "1.234567e+06", "1.234567e+06"),
        (0.0001, "0.0001", "0.0001"), (0.00001, "1e-05", "1e-05"),
        (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
        (1e21, "1e+21", "1e+21"), (.greatestFiniteMagnitude, "1.7976931348623157e+308", "1.7976931348623157e+308"),
        (.leastNonzeroMagnitude, "5e-324", "5e-324"), (999_999.5, "999999.5", "999999.5"),
    ]

    @Test(arguments: doubles)
    func doublesAreCanonical(_ value: Double, _ text: String, _ openMetrics: String) throws {
        let registry = Registry.still()
        registry.meter("shop").gauge("depth").set(value)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try renderer.text() == "# TYPE depth gauge\ndepth \(text)\n")
        #expect(try renderer.text(Accept.openMetrics) == "# TYPE depth gauge\ndepth \(openMetrics)\n# EOF\n")
    }

    @Test(arguments: [Int.min, -1, 0, 1_000_000, 1 << 53 + 1, .max])
    func integersAreExact(_ value: Int) throws {
        let registry = Registry.still()
        registry.meter("shop").upDownCounter("depth").add(value)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try renderer.text() == "# TYPE depth gauge\ndepth \(value)\n")
        #expect(try renderer.text(Accept.openMetrics) == "# TYPE depth gauge\ndepth \(value)\n# EOF\n")
    }

    @Test func theSameUnderItsDraftsName() throws {
        let registry = Registry.still()
        registry.meter("shop").counter("orders").add(1)
        let renderer = PrometheusRenderer(registry)
        #expect(
            try renderer.text("application/openmetrics-text;version=0.0.1") == renderer.text(Accept.openMetrics))
    }

    /// The unit's word stands in the middle of the name, or twice, or not at all.
    static let units: [(String, Unit, String, String)] = [
        ("seconds.spent", .seconds, "seconds_spent", ""), ("time.seconds", .seconds, "time_seconds", "seconds"),
        ("io", "By/s", "io_bytes_per_second", "bytes_per_second"), ("load", .ratio, "load_ratio", ""),
        ("users", "{user}", "users", ""), ("heat", "🌡", "heat", ""),
    ]

    @Test(arguments: units)
    func unitsAreShownWhereTheyEndTheName(_ name: String, _ unit: Unit, _ family: String, _ shown: String) throws {
        let registry = Registry.still()
        registry.meter("shop").gauge(name, unit: unit).set(1)
        let line = shown.isEmpty ? "" : "# UNIT \(family) \(shown)\n"
        #expect(
            try PrometheusRenderer(registry, options: .bare).text(Accept.openMetrics)
                == "# TYPE \(family) gauge\n\(line)\(family) 1.0\n# EOF\n")
    }
}
