internal import VitalsMetrics

/// Where calls are handed to the thread of the transport.
final class GRPCDesk: Sendable {
    /// What the thread has to do.
    struct Work: Sendable {
        var calls: [(call: GRPCCall, deadline: UInt64)] = []
        var hurry: UInt64?
        var mustStop = false
    }

    private struct State: Sendable {
        var work = Work()
        var hasThread = false
    }

    let waker: Waker
    private let state = Locked(State())
    private let hasEnded = Waitable(false)

    init(_ waker: Waker) {
        self.waker = waker
    }

    /// Whether a call was taken, and whether it needs a thread.
    enum Admission {
        case refused
        case admitted
        case admittedAsFirst
    }

    func admit(_ call: GRPCCall) -> Admission {
        let admission: Admission = state.withLock { state in
            if state.work.mustStop { return .refused }
            state.work.calls.append((call, call.request.deadline))
            defer { state.hasThread = true }
            return state.hasThread ? .admitted : .admittedAsFirst
        }
        waker.wake()
        return admission
    }

    /// No thread could be started: the calls are given back.
    func withdraw() -> [GRPCCall] {
        state.withLock { state in
            state.hasThread = false
            defer { state.work.calls = [] }
            return state.work.calls.map { $0.call }
        }
    }

    func take() -> Work {
        state.withLock { state in
            defer {
                state.work.calls = []
                state.work.hurry = nil
            }
            return state.work
        }
    }

    func hurry(to deadline: UInt64) {
        state.withLock { state in
            state.work.hurry = min(state.work.hurry ?? .max, deadline)
            for index in state.work.calls.indices {
                state.work.calls[index].deadline = min(state.work.calls[index].deadline, deadline)
            }
        }
        waker.wake()
    }

    /// Lets the thread end; false if there is none.
    func stop() -> Bool {
        let hasThread = state.withLock { state in
            state.work.mustStop = true
            return state.hasThread
        }
        waker.wake()
        return hasThread
    }

    func ended() {
        _ = hasEnded.update { $0 = true }
    }

    func waitForEnd(until deadline: UInt64) {
        _ = hasEnded.wait(until: deadline) { $0 }
    }
}
