import Testing
import VitalsDashboards
import VitalsMetrics

struct CatalogueTests {
    private let registry = Registry()
    private var meter: Meter { registry.meter("shop") }

    @Test func instrumentsHaveTheNamesThatTheEndpointGivesThem() throws {
        _ = meter.counter("orders.placed", unit: "{order}")
        _ = meter.gauge("stock.level", unit: .ratio)
        _ = meter.histogram("order.duration", unit: .seconds)
        _ = meter.upDownCounter("orders.in_flight", unit: .bytes)
        let families = Catalogue(registry).metrics.map { "\($0.name) \($0.family)" }
        #expect(
            families == [
                "order.duration order_duration_seconds", "orders.in_flight orders_in_flight_bytes",
                "orders.placed orders_placed_total", "stock.level stock_level_ratio",
            ])
    }

    @Test func anInstrumentThatNobodyDeclaredIsAnErrorThatSaysSo() {
        let catalogue = Catalogue(registry)
        let error = #expect(throws: DashboardError.self) { _ = try catalogue.metric("orders.place") }
        #expect(error?.description.contains("\"orders.place\"") == true)
    }

    @Test func theSameInstrumentOfTwoMetersStandsThereOnce() {
        _ = meter.counter("orders")
        _ = registry.meter("other").counter("orders")
        #expect(Catalogue(registry).metrics.count == 1)
    }

    @Test func theListingHasOneInstrumentALine() {
        _ = meter.counter("orders.placed", unit: "{order}")
        _ = meter.histogram("order.duration", unit: .seconds)
        #expect(
            Catalogue(registry).listing == "order.duration\thistogram\ts\torder_duration_seconds\n"
                + "orders.placed\tcounter\t{order}\torders_placed_total\n")
    }
}
