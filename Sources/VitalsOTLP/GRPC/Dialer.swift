internal import CVitals
internal import Glibc

/// Connects to the first address that answers. The next one is tried when one fails, and beside it when it is silent.
final class Dialer {
    /// How it stands.
    enum Outcome {
        case pending
        case connected(Int32, PeerAddress)
        case failed(ConnectFailure)
    }

    /// How long an address is waited for before the next one is tried too.
    private static let patience: UInt64 = 250_000_000
    /// How long a peer may leave bytes unacknowledged, in milliseconds.
    private static let silence: UInt32 = 20_000

    private var untried: [PeerAddress]
    private var attempts: [(descriptor: Int32, address: PeerAddress)] = []
    private var failures: [ConnectFailure] = []
    private var nextStart: UInt64 = 0

    init(_ addresses: [PeerAddress]) {
        untried = addresses
    }

    deinit {
        for attempt in attempts { _ = close(attempt.descriptor) }
    }

    /// The sockets that will be writable when they are connected.
    var descriptors: [Int32] { attempts.map { $0.descriptor } }
    /// When the next address is due.
    var deadline: UInt64? { untried.isEmpty ? nil : nextStart }
    /// Whether an address is left.
    var hasMore: Bool { !untried.isEmpty }
    /// What is going on, in words.
    var description: String {
        let pending = attempts.map { $0.address.text }.joined(separator: " and ")
        return (failures.map { $0.reason } + ["\(pending) does not answer"]).joined(separator: "; ")
    }

    /// Does what is to be done at `now`.
    func advance(_ now: UInt64) -> Outcome {
        for (index, attempt) in attempts.enumerated().reversed() {
            guard let error = Self.result(attempt.descriptor) else { continue }
            attempts.remove(at: index)
            if error == 0, !Self.isConnectedToItself(attempt.descriptor) {
                return won(attempt.descriptor, attempt.address)
            }
            _ = close(attempt.descriptor)
            failures.append(ConnectFailure(errno: error == 0 ? ECONNREFUSED : error, attempt.address.text))
            nextStart = now
        }
        while !untried.isEmpty, attempts.isEmpty || now >= nextStart {
            let address = untried.removeFirst()
            nextStart = now &+ Self.patience
            if let descriptor = start(address) { return won(descriptor, address) }
        }
        return attempts.isEmpty ? .failed(failure) : .pending
    }

    /// Counts the address that had connected as a failure; the others are tried after all.
    func reject(_ failure: ConnectFailure) {
        failures.append(failure)
        nextStart = 0
    }

    private var failure: ConnectFailure {
        ConnectFailure(
            failures.last?.kind ?? "connection_failed",
            failures.isEmpty ? "no address is left" : failures.map { $0.reason }.joined(separator: "; "))
    }

    /// Begins to connect; the socket if it is connected at once.
    private func start(_ address: PeerAddress) -> Int32? {
        let descriptor = vitals_stream_socket(address.family)
        guard descriptor >= 0 else {
            failures.append(ConnectFailure(errno: errno, address.text))
            return nil
        }
        if address.family != AF_UNIX { vitals_tune_socket(descriptor, Self.silence) }
        switch address.connect(descriptor) {
        case 0 where !Self.isConnectedToItself(descriptor): return descriptor
        case EINPROGRESS: attempts.append((descriptor, address))
        case let number:
            _ = close(descriptor)
            failures.append(ConnectFailure(errno: number == 0 ? ECONNREFUSED : number, address.text))
        }
        return nil
    }

    private func won(_ descriptor: Int32, _ address: PeerAddress) -> Outcome {
        for other in attempts { _ = close(other.descriptor) }
        untried = attempts.map { $0.address } + untried
        attempts = []
        return .connected(descriptor, address)
    }

    /// The errno with which connecting ended, zero for success; nil while it goes on.
    private static func result(_ descriptor: Int32) -> Int32? {
        var query = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&query, 1, 0) > 0 else { return nil }
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    /// Where nobody listens on a port of the range for clients, a socket may be given that port and meet itself.
    private static func isConnectedToItself(_ descriptor: Int32) -> Bool {
        func address(_ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> [UInt8]? {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) }
            }
            guard result == 0, Int32(storage.ss_family) != AF_UNIX else { return nil }
            return withUnsafeBytes(of: &storage) { Array($0.prefix(Int(length))) }
        }
        guard let own = address({ getsockname(descriptor, $0, $1) }) else { return false }
        return own == address { getpeername(descriptor, $0, $1) }
    }
}
