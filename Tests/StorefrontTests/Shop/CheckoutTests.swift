import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct CheckoutTests {
    private let bench = Bench()

    private func checkout(_ database: ShopDatabase, _ peer: Peer, limit: Int = 10) throws -> Checkout {
        Checkout(
            database, payments: try bench.paymentClient(peer.address),
            messaging: MessagingTelemetry(system: "storefront", meter: bench.meter, tracer: bench.tracer),
            metrics: OrderMetrics(bench.meter), tracer: bench.tracer, tally: Tally(), limit: limit)
    }

    @Test func checkoutsBeyondTheirLimitAreRefused() async throws {
        let peer = try Peer { _ in .silence }
        let checkout = try checkout(bench.database(), peer, limit: 2)
        let waiting = (1...2).map { cart in Task { try await checkout.run(cart) } }
        try await eventually { peer.requests == 2 }
        #expect(try await checkout.run(3) == .crowded(2))
        #expect(bench.counter("orders.refused", ["reason": "crowded"]) == 1)
        for task in waiting { task.cancel() }
        for task in waiting { await #expect(throws: CancellationError.self) { try await task.value } }
        // They have left their room.
        #expect(try await checkout.run(-1) == .unknownCart)
        #expect(bench.counter("orders.in_flight") == 0)
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
