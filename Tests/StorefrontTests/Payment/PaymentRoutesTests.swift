import Testing
import Vitals

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
