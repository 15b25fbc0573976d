import Testing
import VitalsMetrics

@testable import VitalsInstrumentation

/// What is logged, and who waits while a pass does not end.
@Suite struct OutboxRelayTroubleTests {
    private let bench = MessagingBench()
    private let outbox = TestOutbox()

    private func stuckRelay() async -> (OutboxRelay, Task<Int, Never>) {
        await outbox.put(1...3)
        await outbox.getStuck()
        let relay = outbox.relay(bench.telemetry)
        let stuck = Task { await relay.relay() }
        #expect(await eventually { await outbox.isBusy })
        return (relay, stuck)
    }

    @Test func whoeverWaitsAndIsCancelledGoesAway() async {
        let (relay, stuck) = await stuckRelay()
        let waiting = (0..<5).map { _ in Task { await relay.relay() } }
        #expect(await eventually { relay.waitingCount == 5 })
        for task in waiting.dropLast() { task.cancel() }
        for task in waiting.dropLast() { #expect(await task.value == 0) }
        #expect(relay.waitingCount == 1)
        // One that was cancelled before does not even begin to wait.
        let late = Task {
            #expect(await eventually { Task.isCancelled })
            return await relay.relay()
        }
        late.cancel()
        #expect(await late.value == 0)
        await outbox.put(4...4)
        await outbox.free()
        #expect(await stuck.value == 3)
        #expect(await waiting[4].value == 1)
        #expect(await outbox.ids == ["1", "2", "3", "4"])
    }

    @Test func drainsThatTimeOutLeaveNobodyBehind() async {
        let (relay, stuck) = await stuckRelay()
        for _ in 0..<5 { #expect(await !relay.drain(within: .milliseconds(5))) }
        #expect(await eventually { relay.waitingCount == 0 })
        await outbox.free()
        #expect(await stuck.value == 3)
    }

    @Test func thoseWhoWaitAreBounded() async {
        let (relay, stuck) = await stuckRelay()
        let waiting = (0..<OutboxRelay.mostWaiting).map { _ in Task { await relay.relay() } }
        #expect(await eventually { relay.waitingCount == OutboxRelay.mostWaiting })
        #expect(await relay.relay() == 0)
        #expect(relay.waitingCount == OutboxRelay.mostWaiting)
        // What was not looked at is not empty.
        #expect(await !relay.drain(within: .milliseconds(20)))
        await outbox.free()
        #expect(await stuck.value == 3)
        for task in waiting { #expect(await task.value == 0) }
        #expect(await relay.drain(within: .seconds(60)))
    }

    @Test func troubleIsSaidWhenItBeginsAndWhenItIsOver() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            let bench = MessagingBench()
            let outbox = TestOutbox()
            await outbox.put(1...2)
            let relay = outbox.relay(bench.telemetry)
            await outbox.fail(.send, 3)
            for _ in 0..<5 { _ = await relay.relay() }
            await outbox.fail(.pending, 1)
            for _ in 0..<2 { _ = await relay.relay() }
            await outbox.put(3...3)
            await outbox.fail(.sent, 1)
            for _ in 0..<2 { _ = await relay.relay() }
            await outbox.put(4...4)
            _ = await relay.relay()
            await outbox.put(4...4)
            for _ in 0..<2 { _ = await relay.relay() }
            let again = "it is tried again, and nothing more is said until that succeeds"
            let tried = "Refused(): \(again)"
            #expect(
                heard.withLock { $0 } == [
                    """
                    warning: the message 1 of the outbox could not be sent to orders, and those behind it wait: \(tried)
                    """,
                    "info: the outbox is relayed again; attempts that failed meanwhile: 3",
                    "warning: the messages of the outbox could not be read: \(tried)",
                    "info: the outbox is relayed again; attempts that failed meanwhile: 1",
                    """
                    warning: what was sent could not be taken out of the outbox, and nothing is sent before that; messages: \
                    1: \(tried)
                    """,
                    "info: the outbox is relayed again; attempts that failed meanwhile: 1",
                    """
                    warning: the message 4 was taken out of the outbox and is in it again, so it is sent again: `sent` has to \
                    take out those whose ids it gets, and each message needs an id of its own: \(again)
                    """,
                    "info: the outbox is relayed again; attempts that failed meanwhile: 1",
                ])
        }
    }
}
