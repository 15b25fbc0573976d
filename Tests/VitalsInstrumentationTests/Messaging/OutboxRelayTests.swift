import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@testable import VitalsInstrumentation

@Suite struct OutboxRelayTests {
    private let bench = MessagingBench()
    private let outbox = TestOutbox()
    private var relay: OutboxRelay { outbox.relay(bench.telemetry) }

    @Test func whatIsPendingIsSentInOrderAndTakenOut() async {
        await outbox.put(1...5)
        let relay = relay
        #expect(await relay.relay(limit: 3) == 3)
        #expect(await outbox.ids == ["1", "2", "3"])
        #expect(await outbox.left == ["4", "5"])
        #expect(await relay.relay(limit: 3) == 2)
        #expect(await relay.relay(limit: 3) == 0)
        #expect(await outbox.ids == ["1", "2", "3", "4", "5"])
    }

    @Test(arguments: [Int.min, -1, 0, 1]) func atLeastOneMessageIsTaken(_ limit: Int) async {
        await outbox.put(1...2)
        #expect(await relay.relay(limit: limit) == 1)
    }

    @Test func ofAStoreThatGivesMoreThanItShouldNoMoreIsSent() async {
        await outbox.put(1...3)
        let relay = OutboxRelay(
            bench.telemetry, pending: { [outbox] _ in await outbox.messages },
            send: { [outbox] in try await outbox.send($0) }, sent: { [outbox] in try await outbox.sent($0) })
        #expect(await relay.relay(limit: 2) == 2)
        #expect(await outbox.left == ["3"])
    }

    @Test func aMessageThatCannotBeSentHoldsUpThoseBehindIt() async throws {
        await outbox.put(1...4)
        await outbox.refuse(["3"])
        let relay = relay
        #expect(await relay.relay() == 2)
        #expect(await relay.relay() == 0)
        #expect(await outbox.left == ["3", "4"])
        await outbox.refuse([])
        #expect(await relay.relay() == 2)
        #expect(await outbox.ids == ["1", "2", "3", "4"])
        let sent = try #require(bench.reader.collect()["messaging.client.sent.messages"])
        #expect(sent.points.first { $0.attributes["error.type"] == nil }?.number == 4)
        #expect(sent.points.first { $0.attributes["error.type"] != nil }?.number == 2)
    }

    @Test func whatCouldNotBeTakenOutIsNotSentAgain() async {
        await outbox.put(1...3)
        await outbox.fail(.sent, 2)
        let relay = relay
        #expect(await relay.relay(limit: 2) == 0)
        #expect(await relay.relay(limit: 2) == 0)
        #expect(await outbox.ids == ["1", "2"])
        #expect(await relay.relay(limit: 2) == 3)
        #expect(await outbox.ids == ["1", "2", "3"])
        #expect(await outbox.left.isEmpty)
    }

    @Test func whatComesAgainAfterItWasTakenOutIsSentAgainButNotAtOnce() async {
        await outbox.put(1...20)
        let relay = OutboxRelay(
            bench.telemetry, pending: { [outbox] in try await outbox.pending($0) },
            send: { [outbox] in try await outbox.send($0) }, sent: { _ in })
        let loop = Task { await relay.run(every: .seconds(3600), limit: 10) }
        #expect(await eventually { await outbox.arrived.count == 20 })
        // Without a pause there would be thousands by now.
        for _ in 0..<1000 { await Task.yield() }
        loop.cancel()
        await loop.value
        let once = (1...10).map(String.init)
        #expect(await outbox.ids == once + once)
        #expect(await !relay.drain(within: .milliseconds(20), limit: 10))
    }

    @Test func anIdThatIsUsedAgainLaterIsNoFailure() async {
        let relay = relay
        for _ in 0..<2 {
            await outbox.put(1...1)
            #expect(await relay.drain(within: .seconds(60)))
        }
        #expect(await outbox.ids == ["1", "1"])
    }

    @Test func anOutboxThatCannotBeReadIsReadLater() async {
        await outbox.put(1...2)
        await outbox.fail(.pending, 1)
        let relay = relay
        #expect(await relay.relay() == 0)
        #expect(await relay.relay() == 2)
    }

    @Test func passesDoNotOverlap() async {
        await outbox.put(1...50)
        let relay = relay
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { await relay.relay(limit: 10) } }
            var sent = 0
            for await count in group { sent += count }
            #expect(sent == 50)
        }
        #expect(await !outbox.hasOverlapped)
        #expect(await outbox.ids == (1...50).map(String.init))
    }

    @Test func theTraceGoesOnThroughTheStore() async throws {
        let created = bench.tracer.withSpan("checkout") { _ in
            withBaggage(["tenant": "acme"]) { bench.telemetry.create(Envelope(id: "1", destination: "orders")) }
        }
        await outbox.put(Envelope(id: "1", destination: "orders", storedHeaders: created.storedHeaders))
        #expect(await relay.relay() == 1)
        let arrived = try #require(await outbox.arrived.first)
        try await bench.telemetry.process(arrived) { _ in #expect(Baggage.current == ["tenant": "acme"]) }
        let names = ["checkout", "create orders", "send orders", "process orders"]
        #expect(Set(names.compactMap { bench[$0]?.context.traceID }).count == 1)
        #expect(bench.spans.count == names.count)
    }
}

/// The loop and its end.
extension OutboxRelayTests {
    @Test func theLoopRelaysUntilItsTaskIsCancelled() async {
        await outbox.put(1...250)
        let relay = relay
        let loop = Task { await relay.run(every: .milliseconds(1)) }
        #expect(await eventually { await outbox.left.isEmpty })
        await outbox.put(251...260)
        #expect(await eventually { await outbox.left.isEmpty })
        loop.cancel()
        await loop.value
        #expect(await outbox.ids == (1...260).map(String.init))
    }

    @Test func theLoopDoesNotPauseWhileThereIsMore() async {
        await outbox.put(1...50)
        let relay = relay
        let loop = Task { await relay.run(every: .seconds(3600), limit: 10) }
        #expect(await eventually { await outbox.left.isEmpty })
        loop.cancel()
        await loop.value
    }

    @Test func theLoopGoesOnAfterFailures() async {
        await outbox.put(1...3)
        await outbox.fail(.pending, 1)
        await outbox.fail(.send, 2)
        await outbox.fail(.sent, 1)
        let relay = relay
        let loop = Task { await relay.run(every: .milliseconds(1)) }
        #expect(await eventually { await outbox.left.isEmpty })
        loop.cancel()
        await loop.value
        #expect(await outbox.ids == ["1", "2", "3"])
    }

    @Test func whatWasSentWhenTheTaskIsCancelledIsTakenOut() async {
        await outbox.put(1...3)
        await outbox.getStuck()
        let relay = relay
        let loop = Task { await relay.run(every: .milliseconds(1)) }
        #expect(await eventually { await outbox.isBusy })
        loop.cancel()
        await outbox.free()
        await loop.value
        #expect(await outbox.ids == ["1"])
        #expect(await outbox.left == ["2", "3"])
    }

    static let pauses: [(interval: Duration, failures: Int, pause: Duration)] = [
        (.milliseconds(100), 0, .milliseconds(100)), (.milliseconds(100), 1, .milliseconds(200)),
        (.milliseconds(100), 3, .milliseconds(800)), (.milliseconds(100), 100, .seconds(30)),
        (.milliseconds(100), .max, .seconds(30)), (.seconds(60), 5, .seconds(60)), (.zero, 0, .milliseconds(1)),
        (.seconds(-1), 1, .milliseconds(2)), (.seconds(Int64.max), 10, .seconds(86_400)),
    ]

    @Test(arguments: pauses)
    func pausesGetLongerWithEachFailure(_ row: (interval: Duration, failures: Int, pause: Duration)) {
        #expect(OutboxRelay.pause(row.interval, failures: row.failures) == row.pause)
    }

    @Test func anOutboxIsDrained() async {
        await outbox.put(1...25)
        await outbox.fail(.send, 1)
        #expect(await relay.drain(within: .seconds(60), limit: 10))
        #expect(await outbox.ids == (1...25).map(String.init))
        #expect(await relay.drain(within: .seconds(Int64.max)))
    }

    @Test func anOutboxIsDrainedInATaskThatWasCancelled() async {
        await outbox.put(1...3)
        let relay = relay
        let task = Task {
            #expect(await eventually { Task.isCancelled })
            return await relay.drain(within: .seconds(60))
        }
        task.cancel()
        #expect(await task.value)
        #expect(await outbox.left.isEmpty)
    }

    @Test func drainingAwaitsAPassThatIsUnderWay() async {
        await outbox.put(1...3)
        await outbox.getStuck()
        let relay = relay
        let loop = Task { await relay.run(every: .milliseconds(1)) }
        #expect(await eventually { await outbox.isBusy })
        loop.cancel()
        async let isDrained = relay.drain(within: .seconds(60))
        await outbox.free()
        #expect(await isDrained)
        await loop.value
        #expect(await outbox.ids == ["1", "2", "3"])
        #expect(await !outbox.hasOverlapped)
    }

    @Test func aDrainEndsWithinItsTimeWhateverHappens() async {
        await outbox.put(1...3)
        await outbox.getStuck()
        let relay = relay
        #expect(await !relay.drain(within: .milliseconds(20)))
        await outbox.free()
        let broken = TestOutbox()
        await broken.put(1...3)
        await broken.refuse(["2"])
        #expect(await !broken.relay(bench.telemetry).drain(within: .milliseconds(50)))
        // Whether the first one was sent in that time is not certain.
        #expect(await broken.left.suffix(2) == ["2", "3"])
        #expect(await !broken.relay(bench.telemetry).drain(within: .seconds(-1)))
    }
}
