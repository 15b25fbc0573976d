import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct ExemplarTextTests {
    static let ids = #"trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7""#

    @Test func standBehindCountersAndBuckets() throws {
        let kept = [
            Exemplar(0.004, at: 1_520_430_000_001_000_000), Exemplar(0.003, at: 1_520_430_000_000_000_000),
            Exemplar(5, at: 1_520_430_000_100_000_000, ["user.id": "x"], in: nil), Exemplar(.nan),
        ]
        let registry = Registry.still([
            KeptExemplars.view("latency", kept), KeptExemplars.view("wide", kept),
            KeptExemplars.view("orders", [Exemplar(2, at: 1), Exemplar(1, at: 1_520_430_000_100_000_000)]),
            KeptExemplars.view("depth", kept), KeptExemplars.view("level", kept),
        ])
        let meter = registry.meter("shop")
        meter.counter("orders").add(3)
        meter.gauge("depth").set(1)
        meter.upDownCounter("level").add(1)
        let latency = meter.histogram("latency", buckets: [0.005, 1])
        let wide = meter.histogram("wide", buckets: .exponential())
        for value in [0.004, 0.003, 5] {
            latency.record(value)
            wide.record(value)
        }
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(
            try renderer.text(Accept.openMetrics) == """
                # TYPE depth gauge
                depth 1.0
                # TYPE latency histogram
                latency_bucket{le="0.005"} 2 # {\(Self.ids)} 0.004 1520430000.001
                latency_bucket{le="1.0"} 2
                latency_bucket{le="+Inf"} 3 # {user_id="x"} 5.0 1520430000.1
                latency_sum 5.007
                latency_count 3
                # TYPE level gauge
                level 1
                # TYPE orders counter
                orders_total 3 # {\(Self.ids)} 1.0 1520430000.1
                # TYPE wide histogram
                wide_bucket{le="0.00390625"} 1 # {\(Self.ids)} 0.003 1520430000
                wide_bucket{le="0.0078125"} 2 # {\(Self.ids)} 0.004 1520430000.001
                wide_bucket{le="0.015625"} 2
                wide_bucket{le="0.03125"} 2
                wide_bucket{le="0.0625"} 2
                wide_bucket{le="0.125"} 2
                wide_bucket{le="0.25"} 2
                wide_bucket{le="0.5"} 2
                wide_bucket{le="1.0"} 2
                wide_bucket{le="2.0"} 2
                wide_bucket{le="4.0"} 2
                wide_bucket{le="8.0"} 3 # {user_id="x"} 5.0 1520430000.1
                wide_bucket{le="+Inf"} 3
                wide_sum 5.007
                wide_count 3
                # EOF

                """)
        #expect(try !renderer.text().contains(" # "))
    }

    /// Attributes of an exemplar without a span, and its labels.
    static let labels: [(Attributes, String)] = [
        ([:], ""),
        (["a": .string(String(repeating: "ü", count: 127))], "a=\"\(String(repeating: "ü", count: 127))\""),
        (["a": .string(String(repeating: "ü", count: 128))], ""),
        (
            ["a": .string(String(repeating: "x", count: 120)), "b": "1234567", "c": "12345"],
            "a=\"\(String(repeating: "x", count: 120))\",c=\"12345\""
        ),
        (["a.b": "1", "a_b": "2"], #"a_b="1""#),
        (["quote": "a\"b\\c\nd"], #"quote="a\"b\\c\nd""#),
        (["1st": 1, "__x": true, "a.-b": 2], #"key_1st="1",_x="true",a_b="2""#),
        (["empty": "", "full": "1"], #"full="1""#),
    ]

    @Test(arguments: labels)
    func haveAsManyAttributesAsFit(_ attributes: Attributes, _ shown: String) throws {
        let registry = Registry.still([KeptExemplars.view("orders", [Exemplar(1, attributes, in: nil)])])
        registry.meter("shop").counter("orders").add(1)
        let text = try PrometheusRenderer(registry, options: .bare).text(Accept.openMetrics)
        #expect(text == "# TYPE orders counter\norders_total 1 # {\(shown)} 1.0 1520430000\n# EOF\n")
    }

    /// The ids take 63 of the 128 characters.
    @Test(arguments: [(64, true), (65, false)])
    func keepTheSpanBeforeAllElse(_ length: Int, _ isShown: Bool) throws {
        let value = String(repeating: "x", count: length)
        let attributes: Attributes = ["k": .string(value), "span_id": "mine", "trace_id": "mine"]
        let registry = Registry.still([KeptExemplars.view("orders", [Exemplar(1, attributes)])])
        registry.meter("shop").counter("orders").add(1)
        let text = try PrometheusRenderer(registry, options: .bare).text(Accept.openMetrics)
        let more = isShown ? ",k=\"\(value)\"" : ""
        #expect(text == "# TYPE orders counter\norders_total 1 # {\(Self.ids)\(more)} 1.0 1520430000\n# EOF\n")
    }
}
