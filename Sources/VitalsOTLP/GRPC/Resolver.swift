internal import VitalsMetrics

/// Looks up the addresses of a peer without keeping its caller waiting.
final class Resolver: Sendable {
    private enum State: Sendable {
        case idle
        case running
        case done(Result<[PeerAddress], ConnectFailure>)
    }

    private let state = Locked(State.idle)
    private let place: GRPCPeer.Place
    private let waker: Waker

    /// A resolver that calls `waker` when it has found something.
    init(_ place: GRPCPeer.Place, _ waker: Waker) {
        self.place = place
        self.waker = waker
    }

    /// Begins a look-up. One that still runs, as the name servers are silent, is waited for instead: there is never more
    /// than one thread.
    func begin() {
        switch place {
        case .socket(let path):
            let address = PeerAddress(path: path)
            finish(
                address.map { .success([$0]) } ?? .failure(ConnectFailure("connection_failed", "the path is too long")))
        case .network(let host, let port):
            // What is no number is a name, and its look-up tells what is wrong with it.
            if let found = try? PeerAddress.all(host: host, port: port, isNumeric: true) {
                finish(.success(found))
            } else {
                beginThread(host, port)
            }
        }
    }

    private func beginThread(_ host: String, _ port: Int) {
        let mustStart = state.withLock { state in
            if case .running = state { return false }
            state = .running
            return true
        }
        guard mustStart else { return }
        let thread = Worker("vitals-resolve") { [self] in
            do throws(ConnectFailure) {
                finish(.success(try PeerAddress.all(host: host, port: port, isNumeric: false)))
            } catch {
                finish(.failure(error))
            }
            waker.wake()
        }
        if thread == nil { finish(.failure(ConnectFailure("name_resolution", "the system gives no thread for it"))) }
    }

    private func finish(_ result: Result<[PeerAddress], ConnectFailure>) {
        state.withLock { $0 = .done(result) }
    }

    /// What was found, once.
    func take() -> Result<[PeerAddress], ConnectFailure>? {
        state.withLock { state in
            guard case .done(let result) = state else { return nil }
            state = .idle
            return result
        }
    }
}
