import Testing
import VitalsDashboards
import VitalsMetrics

/// The panel that suits an instrument.
struct PanelMetricTests {
    private let registry = Registry()
    private var meter: Meter { registry.meter("shop") }

    private func json(_ name: String, by attributes: [String] = []) throws -> String {
        let panel = try Panel(Catalogue(registry).metric(name), by: attributes)
        return Dashboard("a", title: "A", description: "", rows: [Row("R", [panel])]).json
    }

    @Test func aCounterIsARate() throws {
        _ = meter.counter("orders.placed", description: "Orders accepted.")
        let json = try json("orders.placed", by: ["payment.method"])
        #expect(json.contains("sum by (job, payment_method) (rate(orders_placed_total{"))
        #expect(json.contains(#""legendFormat": "{{job}} {{payment_method}}""#))
        #expect(json.contains(#""unit": "cps""#))
        #expect(json.contains(#""description": "Orders accepted. (`orders_placed_total`)""#))
    }

    @Test func aCounterOfBytesIsBytesASecond() throws {
        _ = meter.counter("sent", unit: .bytes)
        #expect(try json("sent").contains(#""unit": "Bps""#))
    }

    @Test func aGaugeIsItsValueAndMayBeNegative() throws {
        _ = meter.gauge("temperature", unit: .ratio)
        let json = try json("temperature")
        #expect(json.contains("max by (job) (temperature_ratio{"))
        #expect(json.contains(#""unit": "percentunit""#))
        #expect(!json.contains(#""min": 0"#))
    }

    @Test func anUpDownCounterIsASum() throws {
        _ = meter.upDownCounter("orders.in_flight")
        #expect(try json("orders.in_flight").contains("sum by (job) (orders_in_flight{"))
    }

    @Test func aHistogramIsThreeQuantilesWithExemplars() throws {
        _ = meter.histogram("order.duration", unit: .seconds)
        let json = try json("order.duration")
        #expect(json.split(separator: "histogram_quantile(0.5").count == 3)
        #expect(json.split(separator: #""exemplar": true"#).count == 4)
        #expect(json.contains(#""legendFormat": "p99 {{job}}""#))
        #expect(json.contains(#""min": 0"#))
    }

    @Test func aHistogramWithoutBucketsIsItsMean() throws {
        _ = meter.histogram("order.duration", unit: .seconds, buckets: [])
        let json = try json("order.duration")
        #expect(json.contains("order_duration_seconds_sum{"))
        #expect(!json.contains("histogram_quantile"))
    }
}
