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
            guard entries.count < limits.connections + Self.slack else { return .tryAgain }
            var all = Census()
            var neighbours = Census()
            for entry in entries.values where entry.phase != .cut {
                all.count(entry, at: now)
                if entry.connection.address.group == address.group { neighbours.count(entry, at: now) }
            }
            var reason: String?
            if neighbours.live >= limits.connectionsPerAddress {
                reason = "connections_per_address"
                all = neighbours
            } else if all.live >= limits.connections {
                reason = "connections"
            }
            if let reason {
                guard let victim = all.victim else { return all.hasHanded ? .tryAgain : .refused(reason) }
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
            var all = Census()
            for entry in entries.values { all.count(entry, at: vitals_monotonic_nanoseconds()) }
            if let victim = all.victim { Self.cut(victim, &entries) }
        }
    }

    /// How many connections there are, and who makes room: the one that has waited longest, or else the slowest reader.
    private struct Census {
        var live = 0
        var hasHanded = false
        private var waiting: Entry?
        private var sending: Entry?

        var victim: Entry? { waiting ?? sending }

        mutating func count(_ entry: Entry, at now: UInt64) {
            live += 1
            switch entry.phase {
            case .handed: hasHanded = true
            case .waiting, .receiving: if entry.since < waiting?.since ?? .max { waiting = entry }
            case .sending:
                let isSlow = now > entry.since && now - entry.since > ConnectionTable.patience
                if isSlow, entry.since < sending?.since ?? .max { sending = entry }
            case .serving, .cut: break
            }
        }
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
            return !Self.hungUp([connection.descriptor]).isEmpty
        }
    }

    private static func hungUp(_ descriptors: [Int32]) -> Set<Int32> {
        var queries = descriptors.map { pollfd(fd: $0, events: vitals_hung_up, revents: 0) }
        guard poll(&queries, nfds_t(queries.count), 0) > 0 else { return [] }
        return Set(queries.filter { $0.revents != 0 }.map(\.fd))
    }

    /// Cuts what takes too long; returns the reasons, one a connection.
    func sweep(at now: UInt64, isRetired: (HTTPDaemon) -> Bool) -> [String] {
        let idle = limits.idleTimeout.nanoseconds
        let request = limits.requestTimeout.nanoseconds
        let send = limits.sendTimeout.nanoseconds
        return entries.withLock { entries in
            var reasons: [String] = []
            // The library overlooks the end of a connection that comes with some incomplete requests.
            let waiting = entries.values.filter { $0.isWaiting && now > $0.since && now - $0.since > Self.patience }
            let gone = Self.hungUp(waiting.map(\.connection.descriptor))
            for entry in Array(entries.values) where now > entry.since {
                let age = now - entry.since
                let reason: String? =
                    switch entry.phase {
                    case .waiting where gone.contains(entry.connection.descriptor),
                        .receiving where gone.contains(entry.connection.descriptor):
                        "client_gone"
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
