import Testing
import Vitals
import VitalsTesting

@testable import storefront

@Suite struct EventQueueTests {
    private let reader = InMemoryReader()

    private func queue(_ capacity: Int) -> EventQueue {
        EventQueue(
            capacity: capacity,
            telemetry: StreamProcessorTelemetry("orders", capacity: capacity, meter: reader.meter()))
    }

    private func message(_ number: Int) -> Envelope { Envelope(id: "\(number)", destination: "orders") }

    @Test func messagesComeInTheirOrder() async throws {
        let queue = queue(10)
        for number in 0..<10 { try await queue.send(message(number)) }
        #expect(reader.gauge("processor.queue.size", ["processor.name": "orders"]) == 10)
        #expect(await queue.hasMessages())
        #expect(await queue.receive().map(\.id) == (0..<10).map { "\($0)" })
        #expect(reader.gauge("processor.queue.size", ["processor.name": "orders"]) == 0)
        #expect(reader.counter("processor.events.received", ["processor.name": "orders"]) == 10)
    }

    @Test func whoSendsToAFullQueueWaits() async throws {
        let queue = queue(2)
        let sending = Task { for number in 0..<100 { try await queue.send(message(number)) } }
        var received: [String] = []
        while received.count < 100, await queue.hasMessages() {
            let messages = await queue.receive()
            #expect(messages.count <= 2)
            received += messages.map(\.id)
        }
        try await sending.value
        #expect(received == (0..<100).map { "\($0)" })
    }

    @Test func aClosedQueueGivesWhatItHasAndTakesNothing() async throws {
        let queue = queue(1)
        try await queue.send(message(1))
        let waiting = Task { try await queue.send(message(2)) }
        await queue.close()
        await #expect(throws: QueueClosed.self) { try await waiting.value }
        #expect(await queue.hasMessages())
        #expect(await queue.receive().map(\.id) == ["1"])
        #expect(await !queue.hasMessages())
    }

    @Test func whoWaitsForMessagesHearsOfTheEnd() async {
        let queue = queue(1)
        let waiting = Task { await queue.hasMessages() }
        await queue.close()
        #expect(await !waiting.value)
    }
}
