import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct CheckoutTests {
    private let bench = Bench()

    private func checkout(_ database: ShopDatabase, _ peer: Peer) throws -> Checkout {
        Checkout(
            database, payments: try bench.paymentClient(peer.address),
            messaging: MessagingTelemetry(system: "storefront", meter: bench.meter, tracer: bench.tracer),
            metrics: OrderMetrics(bench.meter), tracer: bench.tracer, tally: Tally())
    }

    @Test func whatWasPaidAndCouldNotBePlacedIsAReasonOfItsOwn() async throws {
        let database = try bench.database()
        try await database.sqliteRows("DROP TABLE outbox")
        let peer = try Peer { _ in .answer(status: 201) }
        let checkout = try checkout(database, peer)
        await #expect(throws: OrderUnplaced.self) { try await checkout.run(7) }
        #expect(bench.counter("orders.refused", ["reason": "unplaced"]) == 1)
        #expect(try await database.sqliteRows("SELECT id FROM orders").isEmpty)
        #expect(bench.counter("orders.in_flight") == 0)
    }
}
