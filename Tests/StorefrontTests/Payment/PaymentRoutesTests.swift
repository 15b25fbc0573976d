import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct PaymentRoutesTests {
    private let bench = Bench()

    @Test func paymentsAreAnswered() async throws {
        let service = try bench.payment()
        let client = try HTTPClient(limit: 10)
        let table: [(String, Int)] = [
            ("amount=100&currency=EUR&method=card", 201), ("amount=1&method=invoice", 201),
            ("amount=0&method=card", 400),
            ("amount=-1&method=card", 400), ("amount=1", 400), ("method=card", 400), ("amount=1&method=gold", 400),
            ("amount=x&method=card", 400), ("", 400),
        ]
        for (body, status) in table {
            let request = HTTPRequest(method: "POST", url: service.address.url + "/payments", body: Array(body.utf8))
            #expect(try await client.send(request).status == status, "\(body)")
        }
        #expect(bench.counter("payments", ["payment.method": "card", "payment.outcome": "accepted"]) == 1)
        service.shutdown()
    }

    @Test func aRepeatedPaymentIsAnsweredAsBefore() async throws {
        let service = try bench.payment(declined: 0.5)
        let client = try HTTPClient(limit: 10)
        var statuses: [String: Set<Int>] = [:]
        for number in 0..<60 {
            let key = "cart-\(number % 20)"
            let request = HTTPRequest(
                method: "POST", url: service.address.url + "/payments", headers: [("Idempotency-Key", key)],
                body: Array("amount=1&method=card".utf8))
            statuses[key, default: []].insert(try await client.send(request).status)
        }
        #expect(statuses.values.allSatisfy { $0.count == 1 })
        #expect(Set(statuses.values.flatMap { $0 }) == [201, 402])
        let accepted = bench.counter("payments", ["payment.method": "card", "payment.outcome": "accepted"])
        #expect(accepted == statuses.values.count { $0 == [201] })
        #expect(bench.counter("payments", ["payment.method": "card", "payment.outcome": "declined"]) == 20 - accepted)
        service.shutdown()
    }

    @Test func aPaymentIsChargedOnceEvenIfNobodyWaitsForTheAnswer() async throws {
        let service = try bench.payment(slow: 1)
        let client = try HTTPClient(limit: 10)
        func pay(_ timeout: Duration) async throws -> Int {
            try await client.send(
                HTTPRequest(
                    method: "POST", url: service.address.url + "/payments", headers: [("Idempotency-Key", "cart-1")],
                    body: Array("amount=1&method=card".utf8), timeout: timeout)
            ).status
        }
        await #expect(throws: RequestTimedOut.self) { try await pay(.milliseconds(200)) }
        #expect(try await pay(.seconds(60)) == 201)
        // Both have waited for the bank, and both are over.
        try await eventually { bench.exporter.spans(named: "POST /payments").count == 2 }
        #expect(bench.counter("payments", ["payment.method": "card", "payment.outcome": "accepted"]) == 1)
        service.shutdown()
    }

    @Test func aTakenPortIsNamed() throws {
        let service = try bench.payment()
        var options = PaymentOptions()
        options.port = service.port
        let error = #expect(throws: StartError.self) { try PaymentService.open(options, bench.meter, bench.tracer) }
        #expect(error?.description.contains("port \(service.port)") == true)
        #expect(error?.description.contains("--port") == true)
        service.shutdown()
    }
}
