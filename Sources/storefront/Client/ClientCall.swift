import VitalsMetrics

/// A request that is under way, shared by the task that waits for its answer and the thread that drives it.
final class ClientCall: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<HTTPResponse, any Error>)
        case over(Result<HTTPResponse, any Error>)
    }

    let request: HTTPRequest
    private let state = Locked(State.new)

    init(_ request: HTTPRequest) {
        self.request = request
    }

    /// Whether nobody waits for the answer any more.
    var isOver: Bool {
        state.withLock { state in
            if case .over = state { true } else { false }
        }
    }

    /// Somebody waits. The answer may be there already if the task was cancelled before.
    func begin(_ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        let result: Result<HTTPResponse, any Error>? = state.withLock { state in
            if case .over(let result) = state { return result }
            state = .waiting(continuation)
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    /// Gives the answer; only the first one counts.
    func finish(_ result: Result<HTTPResponse, any Error>) {
        let continuation: CheckedContinuation<HTTPResponse, any Error>? = state.withLock { state in
            switch state {
            case .new:
                state = .over(result)
                return nil
            case .waiting(let continuation):
                state = .over(result)
                return continuation
            case .over:
                return nil
            }
        }
        continuation?.resume(with: result)
    }
}
