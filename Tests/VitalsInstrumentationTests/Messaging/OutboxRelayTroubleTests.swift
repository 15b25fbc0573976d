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
}
