import Testing
import VitalsMetrics
import VitalsTesting

/// The instruments of the example in the design, as it writes them.
@Suite struct DesignExampleTests {
    struct Cart: Sendable {
        var items = 3
    }

    struct Order: Sendable, Equatable {
        let items: Int
    }

    struct Pool: Sendable {
        let idle = 7
    }

    private func place(_ cart: Cart) async throws -> Order {
        await Task.yield()
        return Order(items: cart.items)
    }

    @Test func theExampleCompilesAndCounts() async throws {
        let telemetry = InMemoryReader()
        let cart = Cart()
        let pool = Pool()

        let meter = telemetry.meter("checkout.orders", version: "1.2.0")

        let placed = meter.counter("orders.placed", unit: "{order}", description: "Orders accepted.")
        placed.add(1)
        placed.add(1, ["payment.method": "card"])

        let requests = meter.counter("http.requests", by: .string("method"), .string("route"), .int("status"))
        requests["GET", "/orders", 200].add(1)
        let ok = requests["GET", "/orders", 200]
        ok.add(1)

        let inFlight = meter.upDownCounter("orders.in_flight")
        let depth = meter.gauge("queue.depth")
        depth.set(42)

        let latency = meter.histogram("order.duration", unit: .seconds, buckets: .latency)
        latency.record(0.042)
        let order = try await latency.time { try await place(cart) }
        let sizes = meter.histogram("order.size", unit: .bytes, buckets: .exponential())

        let watch = meter.observableGauge("pool.idle") { $0.observe(pool.idle, ["pool": "db"]) }

        inFlight.add(1)
        inFlight.add(-1)
        sizes.record(1200)

        #expect(order == Order(items: 3))
        #expect(telemetry.counter("orders.placed") == 1)
        #expect(telemetry.counter("orders.placed", ["payment.method": "card"]) == 1)
        #expect(telemetry.counter("http.requests", ["method": "GET", "route": "/orders", "status": 200]) == 2)
        #expect(telemetry.counter("orders.in_flight") == 0)
        #expect(telemetry.gauge("queue.depth") == 42)
        #expect(telemetry.histogram("order.duration")?.count == 2)
        #expect(telemetry.histogram("order.duration")?.bounds.first == 0.005)
        #expect(telemetry.exponentialHistogram("order.size")?.count == 1)
        #expect(telemetry.gauge("pool.idle", ["pool": "db"]) == 7)
        let scope = telemetry.collect()["orders.placed"]?.scope
        #expect(scope?.name == "checkout.orders")
        #expect(scope?.version == "1.2.0")

        watch.cancel()
        #expect(telemetry.gauge("pool.idle", ["pool": "db"]) == nil)
    }

    @Test func theSharedMeterNeedsNoStart() {
        let early = Meter.shared.counter("design.early")
        early.add(2)
        #expect(InMemoryReader(.shared).counter("design.early") == 2)
    }
}
