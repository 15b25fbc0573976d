import Testing
import Vitals
import VitalsTesting

@testable import storefront

/// The shop with a real payment service, over real HTTP.
@Suite struct ShopTests {
    private let bench = Bench()
    private let client: HTTPClient

    init() throws {
        client = try HTTPClient(limit: 100)
    }

    private func ask(_ shop: Shop, _ method: String, _ path: String) async throws -> (Int, String) {
        let response = try await client.send(
            HTTPRequest(method: method, url: shop.endpoint.address.url + path, timeout: .seconds(60)))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func end(_ shop: Shop) async {
        await onThread { shop.close() }
        #expect(await shop.drain(until: Deadline(after: .seconds(20))))
    }

    @Test func theAPIAnswers() async throws {
        let payment = try bench.payment()
        let shop = try bench.shop(payment: payment.address)
        let table: [(String, String, Int, String)] = [
            ("GET", "/health", 200, "{\"status\":\"ok\"}\n"),
            ("GET", "/api/users/1", 200, "{\"id\":1,\"name\":\"Ada Baker\",\"email\":\"ada.baker@example.com\"}\n"),
            ("GET", "/api/users/201", 404, "{\"error\":\"there is no user 201\"}\n"),
            ("GET", "/api/users/nobody", 400, "{\"error\":\"the id of a user is a number\"}\n"),
            ("GET", "/api/users/99999999999999999999", 400, "{\"error\":\"the id of a user is a number\"}\n"),
            ("GET", "/api/sessions/1", 200, "{\"id\":1,\"user\":38,\"started_at\":1700000061}\n"),
            ("GET", "/api/sessions/501", 404, "{\"error\":\"there is no session 501\"}\n"),
            ("GET", "/api/sessions/x", 400, "{\"error\":\"the id of a session is a number\"}\n"),
            ("POST", "/api/checkout/7", 201, "{\"order\":1,\"cents\":14498}\n"),
            ("POST", "/api/checkout/1001", 404, "{\"error\":\"there is no cart 1001\"}\n"),
            ("POST", "/api/checkout/-", 400, "{\"error\":\"the id of a cart is a number\"}\n"),
        ]
        for (method, path, status, body) in table {
            let answer = try await ask(shop, method, path)
            #expect(answer == (status, body), "\(method) \(path)")
        }
        #expect(shop.tally.requests.value == table.count)
        #expect(try await ask(shop, "GET", "/api/checkout/7").0 == 405)
        await end(shop)
        payment.shutdown()
    }

    @Test func aCheckoutIsOneTraceToItsEnd() async throws {
        let payment = try bench.payment()
        let shop = try bench.shop(payment: payment.address)
        #expect(try await ask(shop, "POST", "/api/checkout/7").0 == 201)
        await end(shop)
        payment.shutdown()
        guard let root = bench.exporter.spans(named: "POST /api/checkout/{cart}").first else {
            Issue.record("there is no span of the request")
            return
        }
        let trace = bench.exporter.spans.filter { $0.context.traceID == root.context.traceID }
        func path(_ span: FinishedSpan) -> [String] {
            let parent = trace.first { $0.context.spanID == span.parentID }
            return (parent.map(path) ?? []) + [span.name]
        }
        let paths = trace.map { path($0).joined(separator: " < ") }
        let checkout = "POST /api/checkout/{cart}"
        for expected in [
            "\(checkout) < validate cart",
            "\(checkout) < charge < payment.Payments/Charge < POST /payments < POST /payments < authorise payment",
            "\(checkout) < place order",
            "\(checkout) < place order < create orders",
            "\(checkout) < place order < create orders < send orders",
            "\(checkout) < place order < create orders < process orders",
        ] {
            #expect(paths.contains(expected), "\(expected) is not among \(paths)")
        }
    }

    @Test func paymentsGoWrongInTheirOwnWay() async throws {
        let table: [(String, Faults, Int, String)] = [
            ("declined", Faults(slow: 0, declined: 1, failing: 0), 402, "declined"),
            ("failing", Faults(slow: 0, declined: 0, failing: 1), 502, "payment_unavailable"),
            ("slow", Faults(slow: 1, declined: 0, failing: 0), 201, ""),
        ]
        for (name, faults, status, reason) in table {
            let bench = Bench()
            let payment = try bench.payment(
                slow: faults.slow, declined: faults.declined, failing: faults.failing)
            let shop = try bench.shop(payment: payment.address)
            // A payment that takes too long is tried again: a few at once, so that one of them is quick enough.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for cart in 1...(status == 201 ? 8 : 1) {
                    group.addTask { try await ask(shop, "POST", "/api/checkout/\(cart)").0 }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.contains(status), "\(name): \(statuses)")
            await end(shop)
            payment.shutdown()
            if !reason.isEmpty { #expect(bench.counter("orders.refused", ["reason": .string(reason)]) == 1, "\(name)") }
        }
    }

    @Test func withoutAPaymentServiceThereAreNoOrders() async throws {
        let nowhere = try Peer { _ in .silence }.port
        let shop = try bench.shop(payment: ServiceAddress(port: nowhere))
        #expect(try await ask(shop, "POST", "/api/checkout/7").0 == 502)
        await end(shop)
        #expect(shop.tally.orders.value == 0)
        #expect(bench.counter("orders.in_flight") == 0)
        let charge = bench.exporter.spans(named: "charge").first
        #expect(charge?.events.map(\.name) == ["exception"])
    }

    @Test func aShutdownLosesNeitherOrdersNorEvents() async throws {
        let payment = try bench.payment(slow: 0.1, declined: 0.1, failing: 0.1)
        let shop = try bench.shop(payment: payment.address)
        let load = try LoadGenerator(shop.endpoint.address.url, rate: 1000, seed: 3)
        let loading = Task { await load.run() }
        try await eventually { shop.tally.orders.value > 50 }
        load.stop()
        await end(shop)
        load.shutdown()
        await loading.value
        payment.shutdown()
        let tally = shop.tally
        let placed = ["card", "paypal", "invoice"].reduce(0) {
            $0 + bench.counter("orders.placed", ["payment.method": .string($1)])
        }
        #expect(tally.orders.value == placed)
        #expect(tally.orders.value == tally.processed.value + tally.dropped.value + tally.deduplicated.value)
        #expect(bench.counter("processor.events.received", ["processor.name": "orders"]) == placed)
        #expect(
            bench.counter("processor.events.processed", ["processor.name": "orders"]) == tally.processed.value)
        #expect(bench.counter("orders.in_flight") == 0)
    }

    @Test func aShopThatClosesIsNotReady() async throws {
        let shop = try bench.shop(payment: ServiceAddress(port: 1))
        try shop.checkReadiness()
        await onThread { shop.close() }
        #expect(throws: ShopClosed.self) { try shop.checkReadiness() }
        await end(shop)
    }
}
