import Testing
import VitalsMetrics
import VitalsPrometheus
import VitalsTesting

@Suite struct TextExpositionTests {
    let registry = Registry(limits: Limits(), clock: ManualClock(seconds: 1_520_430_000).clock)

    @Test func showsEveryKindOfInstrument() throws {
        let meter = registry.meter("shop", version: "1.2")
        meter.counter("orders.placed", unit: "{order}", description: "Orders \"accepted\".\nAll \\ of them.")
            .add(3, ["payment.method": "card"])
        meter.counter("cpu.time", of: Double.self, unit: .seconds).add(17)
        meter.upDownCounter("orders.in_flight").add(-2)
        meter.gauge("queue.depth", of: Double.self, unit: .ratio).set(0.25)
        let latency = meter.histogram("order.duration", unit: .seconds, buckets: .explicit([0.005, 1]))
        latency.record(0.004)
        latency.record(0.5)
        latency.record(7)
        let renderer = PrometheusRenderer(registry, resource: ["service.name": "shop"])
        #expect(
            try renderer.text() == """
                # HELP target_info Target metadata
                # TYPE target_info gauge
                target_info{service_name="shop"} 1
                # TYPE cpu_time_seconds_total counter
                cpu_time_seconds_total{otel_scope_name="shop",otel_scope_version="1.2"} 17
                # TYPE order_duration_seconds histogram
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="0.005"} 1
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="1"} 2
                order_duration_seconds_bucket{otel_scope_name="shop",otel_scope_version="1.2",le="+Inf"} 3
                order_duration_seconds_sum{otel_scope_name="shop",otel_scope_version="1.2"} 7.504
                order_duration_seconds_count{otel_scope_name="shop",otel_scope_version="1.2"} 3
                # TYPE orders_in_flight gauge
                orders_in_flight{otel_scope_name="shop",otel_scope_version="1.2"} -2
                # HELP orders_placed_total Orders "accepted".\\nAll \\\\ of them.
                # TYPE orders_placed_total counter
                orders_placed_total{payment_method="card",otel_scope_name="shop",otel_scope_version="1.2"} 3
                # TYPE queue_depth_ratio gauge
                queue_depth_ratio{otel_scope_name="shop",otel_scope_version="1.2"} 0.25

                """)
    }
}
