import CMicrohttpd
import CVitals
import Glibc
import VitalsMetrics

/// The connections there are, what they are doing and since when, and the right to cut them.
final class ConnectionTable: Sendable {
    enum Phase {
        /// On its way to the server's thread.
        case handed
        /// For a request, or for the end of a request line.
        case waiting
        /// The rest of a request.
        case receiving
        /// An answer is being made.
        case serving
        /// The client fetches the answer.
        case sending
        /// Shut down, and about to be closed.
        case cut
    }

    private struct Entry {
        let connection: Connection
        var phase = Phase.handed
        var since: UInt64
        var hasServed = false

        var isWaiting: Bool { phase == .waiting || phase == .receiving }
    }

    enum Admission {
        case admitted(Connection, cut: String?)
        case refused(String)
        /// The server's thread has not caught up.
        case tryAgain
    }

    private let limits: EndpointLimits
    private let entries = Locked<[Int32: Entry]>([:])
    /// Who fetches an answer is left alone for so long.
    static let patience: UInt64 = 1_000_000_000
    /// How many that were shut down may not be closed yet.
    static let slack = 64

    init(_ limits: EndpointLimits) {
        self.limits = limits
    }

    var count: Int { entries.withLock { $0.count } }

    /// Notes a new connection, after making room for it.
    func admit(_ descriptor: Int32, _ address: ClientAddress, _ daemon: HTTPDaemon, at now: UInt64) -> Admission {
        entries.withLock { entries in
            var reason: String?
            let live = entries.values.filter { $0.phase != .cut }
            let neighbours = live.filter { $0.connection.address.group == address.group }
            guard entries.count < limits.connections + Self.slack else { return .tryAgain }
            if neighbours.count >= limits.connectionsPerAddress {
                reason = "connections_per_address"
            } else if live.count >= limits.connections {
                reason = "connections"
            }
            if let reason {
                let candidates = neighbours.count >= limits.connectionsPerAddress ? neighbours : live
                guard let victim = Self.victim(candidates, at: now) else {
                    return candidates.contains { $0.phase == .handed } ? .tryAgain : .refused(reason)
                }
                Self.cut(victim, &entries)
            }
            let connection = Connection(descriptor: descriptor, address: address, daemon: daemon)
            entries[descriptor] = Entry(connection: connection, since: now)
            return .admitted(connection, cut: reason)
        }
    }

    /// Cuts one connection if there is one to spare.
    func makeRoom() {
        entries.withLock { entries in
            let now = vitals_monotonic_nanoseconds()
            if let victim = Self.victim(Array(entries.values), at: now) { Self.cut(victim, &entries) }
        }
    }

    /// Who makes room: the one that has waited longest, or else the slowest reader.
    private static func victim(_ entries: [Entry], at now: UInt64) -> Entry? {
        entries.filter(\.isWaiting).min { $0.since < $1.since }
            ?? entries.filter { $0.phase == .sending && now &- $0.since > patience && now > $0.since }
            .min { $0.since < $1.since }
    }

    /// The table is locked, so the descriptor is still that of the connection.
    private static func cut(_ entry: Entry, _ entries: inout [Int32: Entry]) {
        _ = shutdown(entry.connection.descriptor, Int32(SHUT_RDWR))
        entries[entry.connection.descriptor]?.phase = .cut
    }

    /// The server's thread has the connection.
    func started(_ descriptor: Int32) -> Connection? {
        entries.withLock { entries in
            entries[descriptor]?.phase = .waiting
            return entries[descriptor]?.connection
        }
    }

    func move(_ connection: Connection, to phase: Phase, at now: UInt64) {
        entries.withLock { entries in
            guard let entry = entries[connection.descriptor], entry.connection === connection, entry.phase != .cut
            else { return }
            entries[connection.descriptor]?.phase = phase
            entries[connection.descriptor]?.since = now
            if phase == .serving { entries[connection.descriptor]?.hasServed = true }
        }
    }

    /// Called before the descriptor is closed.
    func remove(_ connection: Connection) {
        entries.withLock { entries in
            guard entries[connection.descriptor]?.connection === connection else { return }
            entries[connection.descriptor] = nil
        }
    }

    /// Cuts the one of `connections` whose client has been fetching its answer for longest, if that is too long.
    func cutSlowest(of connections: [Connection], at now: UInt64) -> Connection? {
        entries.withLock { entries in
            let sending = connections.compactMap { connection in
                entries[connection.descriptor].flatMap { $0.connection === connection ? $0 : nil }
            }
            .filter { $0.phase == .sending && $0.since < now && now &- $0.since > Self.patience }
            guard let slowest = sending.min(by: { $0.since < $1.since }) else { return nil }
            Self.cut(slowest, &entries)
            return slowest.connection
        }
    }

    /// Whether the client of a connection that is being served has hung up, which the server's thread does not see.
    func hasHungUp(_ connection: Connection) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[connection.descriptor], entry.connection === connection, entry.phase == .serving
            else { return false }
            var query = pollfd(fd: connection.descriptor, events: vitals_hung_up, revents: 0)
            return poll(&query, 1, 0) > 0
        }
    }

    /// Cuts what takes too long; returns the reasons, one a connection.
    func sweep(at now: UInt64, isRetired: (HTTPDaemon) -> Bool) -> [String] {
        let idle = limits.idleTimeout.nanoseconds
        let request = limits.requestTimeout.nanoseconds
        let send = limits.sendTimeout.nanoseconds
        return entries.withLock { entries in
            var reasons: [String] = []
            for entry in Array(entries.values) where now > entry.since {
                let age = now - entry.since
                let reason: String? =
                    switch entry.phase {
                    case .waiting where isRetired(entry.connection.daemon): "reload"
                    case .waiting: age > (entry.hasServed ? idle : min(idle, request)) ? "idle" : nil
                    case .receiving: age > request ? "request_timeout" : nil
                    case .sending: age > send ? "send_timeout" : nil
                    case .handed, .serving, .cut: nil
                    }
                // Never told of: the library had no memory for it and closed it.
                if entry.phase == .handed, age > 10_000_000_000 { entries[entry.connection.descriptor] = nil }
                guard let reason else { continue }
                Self.cut(entry, &entries)
                reasons.append(reason)
            }
            return reasons
        }
    }

    /// Whether an answer is being made or fetched.
    var isAnswering: Bool {
        entries.withLock { entries in entries.values.contains { $0.phase == .serving || $0.phase == .sending } }
    }

    func hasConnections(of daemon: HTTPDaemon) -> Bool {
        entries.withLock { entries in entries.values.contains { $0.connection.daemon === daemon } }
    }
}
