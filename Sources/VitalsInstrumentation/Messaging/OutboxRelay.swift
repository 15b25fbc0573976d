import VitalsMetrics

/// Sends the messages of an outbox: a table into which a program puts messages in the same transaction that changes its
/// data, so that a message exists if, and only if, what it tells of has happened.
///
/// Each message is sent at least once: one that was sent just before the process died is sent again, so whoever processes
/// messages looks at their ids. Messages are sent one after the other in the order in which the outbox gives them. One that
/// cannot be sent holds up those behind it and is tried again for as long as it takes: to send the others would break their
/// order, and to give it up would lose it. A message that will never be taken is for `send` to put aside, somewhere else in
/// the store, and return as if it was sent.
public final class OutboxRelay: Sendable {
    /// Gives the oldest messages of the outbox, in their order and so many at most. It leaves none out: what cannot be read
    /// makes it throw. Otherwise so many of those would hide all that are behind them, and the outbox would look empty.
    public typealias Pending = @concurrent @Sendable (_ limit: Int) async throws -> [Envelope]
    /// Sends a message.
    public typealias Send = @concurrent @Sendable (Envelope) async throws -> Void
    /// Takes the messages with these ids out of the outbox: they were sent.
    public typealias Sent = @concurrent @Sendable (_ ids: [String]) async throws -> Void

    private struct State {
        var isBusy = false
        /// Those who wait for their turn, in their order.
        var waiting: [(number: UInt64, turn: CheckedContinuation<Bool, Never>)] = []
        /// The number of the next who waits.
        var next: UInt64 = 0
        /// What was sent and has not been taken out of the outbox.
        var sent: [String] = []
        /// What was taken out last.
        var takenOut: Set<String> = []
        /// How often the relay has failed since it last did not.
        var failures = 0
    }

    private let telemetry: MessagingTelemetry
    private let pending: Pending
    private let send: Send
    private let sent: Sent
    private let state = Locked(State())

    /// A relay from an outbox to where its messages go. It does nothing by itself: call `run`.
    ///
    /// - Parameters:
    ///   - telemetry: Measures what is sent: each message is a span in the trace that created it.
    ///   - pending: Gives the oldest messages of the outbox, in their order and so many at most.
    ///   - send: Sends a message. Throws if that failed.
    ///   - sent: Takes messages out of the outbox.
    public init(
        _ telemetry: MessagingTelemetry, pending: @escaping Pending, send: @escaping Send, sent: @escaping Sent
    ) {
        self.telemetry = telemetry
        self.pending = pending
        self.send = send
        self.sent = sent
    }

    /// Sends what is in the outbox again and again, until its task is cancelled: at once while there is more, otherwise
    /// every `interval`. After a failure the pauses get longer, up to 30 seconds.
    ///
    /// - Parameter limit: How many messages are taken at a time. So many may be sent twice if the process dies.
    @concurrent
    public func run(every interval: Duration, limit: Int = 100) async {
        let limit = max(1, limit)
        while !Task.isCancelled {
            let pass = await pass(limit)
            if !pass.hasFailed, pass.found == limit { continue }
            let failures = state.withLock { $0.failures }
            do {
                try await Task.sleep(for: Self.pause(interval, failures: failures))
            } catch {
                return
            }
        }
    }

    /// Sends the oldest messages of the outbox, once. Where it fails is logged, and counted where that was to send.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: How many were sent and taken out of the outbox: none if 64 wait already for a pass that is under way.
    @concurrent
    @discardableResult
    public func relay(limit: Int = 100) async -> Int {
        await pass(max(1, limit)).sent
    }

    /// Sends what is in the outbox until there is nothing left, for the shutdown; what is left is sent after the next
    /// start. It ends within its time, even if `send` does not.
    ///
    /// - Returns: Whether nothing is left.
    @concurrent
    @discardableResult
    public func drain(within time: Duration, limit: Int = 100) async -> Bool {
        let limit = max(1, limit)
        let (answers, answer) = AsyncStream<Bool>.makeStream()
        let work = Task { answer.yield(await empty(limit)) }
        let timer = Task {
            do { try await Task.sleep(for: min(time, Self.longestTime)) } catch { return }
            answer.yield(false)
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        // In a task of its own, as a shutdown may well be the work of one that was cancelled.
        let isEmpty = await Task { await answers.first { _ in true } ?? false }.value
        if !isEmpty {
            Diagnostics.log(
                .info, "the outbox was not empty after \(time): what is left is sent when it is relayed again")
        }
        return isEmpty
    }
}

/// Passes, one at a time: two would send the same messages, and in any order.
extension OutboxRelay {
    /// What came of a pass.
    private struct Pass {
        /// How many messages the outbox had.
        var found = 0
        /// How many were sent and taken out.
        var sent = 0
        var hasFailed = false
    }

    /// Where a pass failed.
    private enum Trouble {
        case pending
        case send(Envelope)
        case sent(Int)
        case again(Envelope)
    }

    private struct ComesAgain: Error, CustomStringConvertible {
        var description: String {
            "`sent` has to take out those whose ids it gets, and each message needs an id of its own"
        }
    }

    /// The pause after a failure is not longer than this, unless passes are rarer anyway.
    static let longestPause = Duration.seconds(30)
    /// So many wait for a pass to end: with a `send` that hangs, those whom a timer starts would be ever more.
    static let mostWaiting = 64
    /// Longer times are not measured: they would overflow.
    static let longestTime = Duration.seconds(86_400)

    /// How many wait for their turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    static func pause(_ interval: Duration, failures: Int) -> Duration {
        let interval = min(max(interval, .milliseconds(1)), longestTime)
        return max(interval, min(interval * (1 << min(failures, 20)), longestPause))
    }

    private func pass(_ limit: Int) async -> Pass {
        var pass = Pass()
        guard await takeTurn() else {
            pass.hasFailed = true
            return pass
        }
        defer { endTurn() }
        guard !Task.isCancelled else { return pass }
        var trouble = Trouble.sent(state.withLock { $0.sent.count })
        do {
            // Those that an earlier pass has sent would be among the pending ones again.
            pass.sent = try await takeOut()
            trouble = .pending
            let messages = try await pending(limit).prefix(limit)
            pass.found = messages.count
            let again = state.withLock { state in
                defer { state.takenOut = [] }
                return messages.first { state.takenOut.contains($0.id) }
            }
            do {
                for message in messages where !Task.isCancelled {
                    trouble = .send(message)
                    try await telemetry.send(message, send)
                    state.withLock { $0.sent.append(message.id) }
                }
            } catch {
                pass.hasFailed = true
                note(error, trouble)
            }
            trouble = .sent(state.withLock { $0.sent.count })
            pass.sent += try await takeOut()
            // It was sent again all the same, as it may be another one with the id of the first, and none is to be lost.
            if let again, !pass.hasFailed {
                pass.hasFailed = true
                note(ComesAgain(), .again(again))
            }
        } catch {
            pass.hasFailed = true
            note(error, trouble)
        }
        if !pass.hasFailed { noteSuccess() }
        return pass
    }

    /// Takes what was sent out of the outbox, and tells how many messages.
    private func takeOut() async throws -> Int {
        let ids = state.withLock { $0.sent }
        guard !ids.isEmpty else { return 0 }
        // Not in this task: it may have been cancelled, and what was sent has to be taken out all the same.
        try await Task { try await sent(ids) }.value
        state.withLock { state in
            state.sent = []
            state.takenOut = Set(ids)
        }
        return ids.count
    }

    /// Passes until nothing is found; false if the task was cancelled before.
    private func empty(_ limit: Int) async -> Bool {
        var failures = 0
        while !Task.isCancelled {
            let pass = await pass(limit)
            if pass.hasFailed {
                failures += 1
                do {
                    try await Task.sleep(for: min(Self.pause(.milliseconds(5), failures: failures), .seconds(1)))
                } catch {
                    return false
                }
            } else if pass.found == 0, !Task.isCancelled {
                return true
            }
        }
        return false
    }

    /// Waits for the turn; false if the task was cancelled meanwhile, or if too many wait.
    private func takeTurn() async -> Bool {
        let number = state.withLock { state in
            defer { state.next &+= 1 }
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let isMine: Bool? = state.withLock { state in
                    guard state.isBusy else {
                        state.isBusy = true
                        return true
                    }
                    // Whoever cancels later finds it among those who wait.
                    guard !Task.isCancelled, state.waiting.count < Self.mostWaiting else { return false }
                    state.waiting.append((number, turn))
                    return nil
                }
                if let isMine { turn.resume(returning: isMine) }
            }
        } onCancel: {
            let turn = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).turn }
            }
            turn?.resume(returning: false)
        }
    }

    private func endTurn() {
        let next = state.withLock { state in
            state.isBusy = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst().turn
        }
        next?.resume(returning: true)
    }
}

/// What is logged: one line when trouble begins and one when it is over, however many attempts are in between.
extension OutboxRelay {
    private func note(_ error: any Error, _ trouble: Trouble) {
        // Whoever cancels knows.
        guard !Task.isCancelled else { return }
        let isFirst = state.withLock { state in
            state.failures += 1
            return state.failures == 1
        }
        guard isFirst else { return }
        let what =
            switch trouble {
            case .pending: "the messages of the outbox could not be read"
            case .send(let message):
                "the message \(message.id) of the outbox could not be sent to \(message.destination), and those behind it wait"
            case .sent(let count):
                "what was sent could not be taken out of the outbox, and nothing is sent before that; messages: \(count)"
            case .again(let message):
                "the message \(message.id) was taken out of the outbox and is in it again, so it is sent again"
            }
        Diagnostics.log(
            .warning, "\(what): \(error): it is tried again, and nothing more is said until that succeeds")
    }

    private func noteSuccess() {
        let failures = state.withLock { state in
            defer { state.failures = 0 }
            return state.failures
        }
        guard failures > 0 else { return }
        Diagnostics.log(.info, "the outbox is relayed again; attempts that failed meanwhile: \(failures)")
    }
}
