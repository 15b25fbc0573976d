import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct PaymentClientTests {
    private let bench = Bench()

    private func charge(_ client: PaymentClient) async throws -> PaymentClient.Answer {
        try await client.charge(key: "key", cents: 100, method: "card")
    }

    @Test func answersAreUnderstood() async throws {
        let table: [(Int, PaymentClient.Answer)] = [(201, .accepted), (402, .declined)]
        for (status, answer) in table {
            let peer = try Peer { _ in .answer(status: status) }
            #expect(try await charge(bench.paymentClient(peer.address)) == answer)
            #expect(peer.requests == 1)
        }
    }

    @Test func whatFailsInPassingIsRepeatedAsTheSamePayment() async throws {
        let seen = Locked<[Peer.Request]>([])
        let peer = try Peer { request in
            let count = seen.withLock { seen in
                seen.append(request)
                return seen.count
            }
            return switch count {
            case 1: .hangUp
            case 2: .answer(status: 503)
            default: .answer(status: 201)
            }
        }
        #expect(try await charge(bench.paymentClient(peer.address)) == .accepted)
        let requests = seen.withLock { $0 }
        #expect(requests.map { $0.headers["idempotency-key"] } == ["key", "key", "key"])
        #expect(requests.map(\.body) == Array(repeating: "amount=100&currency=EUR&method=card", count: 3))
        #expect(requests.map { "\($0.method) \($0.target)" } == Array(repeating: "POST /payments", count: 3))
        // Each attempt is a span of its own, and the service is told which.
        let attempts = bench.exporter.spans(named: "POST /payments")
        #expect(
            requests.map { $0.headers["traceparent"]?.dropLast(3) }
                == attempts.map { "00-\($0.context.traceID)-\($0.context.spanID)" })
        let call = bench.exporter.spans.first { $0.name == "payment.Payments/Charge" }
        #expect(attempts.count == 3 && attempts.allSatisfy { $0.parentID == call?.context.spanID })
    }

    @Test func afterThreeAttemptsItIsUnavailable() async throws {
        let peer = try Peer { _ in .answer(status: 503) }
        await #expect(throws: PaymentUnavailable.self) { try await charge(bench.paymentClient(peer.address)) }
        #expect(peer.requests == 3)
        let slow = try Peer { _ in .silence }
        await #expect(throws: PaymentUnavailable.self) {
            try await charge(bench.paymentClient(slow.address, timeout: .milliseconds(20)))
        }
        #expect(slow.requests == 3)
        let nowhere = try bench.paymentClient("http://127.0.0.1:\(try Peer { _ in .silence }.port)")
        await #expect(throws: PaymentUnavailable.self) { try await charge(nowhere) }
    }

    @Test func allAttemptsTogetherHaveATime() async throws {
        let peer = try Peer { _ in .silence }
        let client = try bench.paymentClient(peer.address, timeout: .milliseconds(400), total: .milliseconds(500))
        await #expect(throws: PaymentUnavailable.self) { try await charge(client) }
        #expect((1...2).contains(peer.requests))
        let impatient = try bench.paymentClient(peer.address, timeout: .seconds(600), total: .milliseconds(50))
        await #expect(throws: PaymentUnavailable.self) { try await charge(impatient) }
    }

    @Test func whatWouldFailAgainIsNotRepeated() async throws {
        let peer = try Peer { _ in .answer(status: 400) }
        await #expect(throws: PaymentUnavailable.self) { try await charge(bench.paymentClient(peer.address)) }
        #expect(peer.requests == 1)
        let stopped = try HTTPClient(limit: 1)
        stopped.shutdown()
        await #expect(throws: PaymentUnavailable.self) { try await charge(bench.paymentClient(peer.address, stopped)) }
        #expect(bench.exporter.spans(named: "POST /payments").count == 2)
    }

    @Test func whoeverGivesUpDoesNotWait() async throws {
        let peer = try Peer { _ in .silence }
        let client = try bench.paymentClient(peer.address, timeout: .seconds(600))
        let task = Task { try await charge(client) }
        try await eventually { peer.requests == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(peer.requests == 1)
    }
}
