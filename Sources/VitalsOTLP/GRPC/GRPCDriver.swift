internal import CNghttp2
internal import CVitals
internal import Glibc
internal import VitalsMetrics

/// The work of the transport's thread: it waits for whatever comes first, and does it.
final class GRPCDriver {
    private let peer: GRPCPeer
    private let configuration: OTLPConfiguration
    private let desk: GRPCDesk
    private let resolver: Resolver
    /// The connection that takes new calls, made or in the making.
    private var current: GRPCConnection?
    /// Those that only end what they began.
    private var retired: [GRPCConnection] = []
    private var waiting: [GRPCExchange] = []
    private var keepalive: UInt64?
    private var refusedNames: Set<String> = []

    init(_ peer: GRPCPeer, _ configuration: OTLPConfiguration, _ desk: GRPCDesk) {
        self.peer = peer
        self.configuration = configuration
        self.desk = desk
        resolver = Resolver(peer.place, desk.waker)
        // More often than that, servers take offence.
        keepalive = configuration.keepalive.map { max($0.nanoseconds, 10_000_000_000) }
    }

    func run() {
        while true {
            let now = vitals_monotonic_nanoseconds()
            for connection in connections { connection.advance(now) }
            settle(now)
            let work = desk.take()
            if work.mustStop { return stop(work.calls) }
            adopt(work)
            expire(now)
            dispatch(now)
            wait(now)
        }
    }

    private var connections: [GRPCConnection] { retired + [current].compactMap { $0 } }

    /// Puts away connections that have ended or take no more calls.
    private func settle(_ now: UInt64) {
        for connection in connections { checkLife(connection, now) }
        if let connection = current, connection.failure != nil || connection.isRetired {
            current = nil
            if connection.wasOpen { retire(connection) } else { abandon(connection) }
        }
        retired.removeAll { connection in
            if connection.failure == nil, !connection.openCalls.isEmpty { return false }
            connection.failCalls(peer.description)
            connection.sayGoodbye()
            return true
        }
    }

    /// A connection could not be made: nor can the calls that wait for it.
    private func abandon(_ connection: GRPCConnection) {
        let failure = connection.failure ?? ConnectFailure("connection_lost", "the peer goes away at once")
        for exchange in waiting { exchange.finish(failure.answer(peer.description)) }
        waiting = []
    }

    private func retire(_ connection: GRPCConnection) {
        retired.append(connection)
        if let goodbye = connection.session?.goodbye, goodbye.code == NGHTTP2_ENHANCE_YOUR_CALM.rawValue,
            goodbye.words.contains("too_many_pings"), let time = keepalive
        {
            keepalive = min(time, 1 << 60) * 2
            Diagnostics.log(
                .warning,
                "OTLP: \(peer.description) finds pings every \(time / 1_000_000_000) s too many; they get half as many")
        }
        // Once the peer may have gone as the call came; twice is its way.
        for exchange in waiting {
            exchange.lostConnections += 1
            if exchange.lostConnections < 2 { continue }
            exchange.fail(
                "UNAVAILABLE", "\(peer.description) takes no calls: \(connection.failure?.reason ?? "it goes away")",
                status: GRPCStatus.unavailable)
        }
        waiting.removeAll { $0.isOver }
    }

    /// Asks a silent peer with open calls for a sign of life.
    private func checkLife(_ connection: GRPCConnection, _ now: UInt64) {
        guard let due = nextPing(connection), now >= due else { return }
        if connection.pingedAt != nil {
            connection.end(ConnectFailure("connection_lost", "the peer did not answer a ping within 20 s"))
        } else {
            connection.pingedAt = now
            connection.session?.ping()
            connection.write()
        }
    }

    /// When the next ping is due, or the answer to the last one.
    private func nextPing(_ connection: GRPCConnection) -> UInt64? {
        guard let keepalive, connection.isOpen else { return nil }
        if let pingedAt = connection.pingedAt { return pingedAt &+ 20_000_000_000 }
        return connection.openCalls.map { $0.startedAt }.min().map { max($0, connection.lastRead) &+ keepalive }
    }

    private func adopt(_ work: GRPCDesk.Work) {
        if let hurry = work.hurry {
            for exchange in waiting + connections.flatMap({ $0.openCalls }) {
                exchange.deadline = min(exchange.deadline, hurry)
            }
        }
        for (call, deadline) in work.calls {
            let exchange = GRPCExchange(call, limit: max(0, configuration.limits.responseBytes))
            exchange.deadline = deadline
            waiting.append(exchange)
        }
    }

    private func expire(_ now: UInt64) {
        for exchange in waiting where now >= exchange.deadline {
            exchange.expire(current?.circumstances ?? "before a connection was there")
        }
        waiting.removeAll { $0.isOver }
        for connection in connections { connection.expire(now) }
    }

    /// Starts the calls that can start.
    private func dispatch(_ now: UInt64) {
        if waiting.isEmpty {
            // Nobody waits for it any more.
            if let connection = current, !connection.isOpen { current = nil }
        } else if current == nil {
            current = GRPCConnection(peer, configuration.tls, resolver, now)
            current?.advance(now)
        }
        if let connection = current, connection.isOpen, !connection.isRetired, let session = connection.session {
            while !waiting.isEmpty, session.canStart { start(waiting.removeFirst(), session, now) }
        }
        for connection in connections where connection.wasOpen { connection.write() }
    }

    private func start(_ exchange: GRPCExchange, _ session: HTTP2Session, _ now: UInt64) {
        let headers = GRPCHeaders(
            exchange.call.request, scheme: peer.isSecure ? "https" : "http", authority: peer.authority,
            remaining: exchange.deadline &- now)
        for name in headers.refused where refusedNames.count < 16 && refusedNames.insert(name).inserted {
            Diagnostics.log(
                .warning, "OTLP: the header \"\(GRPCText.line(name))\" cannot be metadata of gRPC; it is left out")
        }
        exchange.startedAt = now
        if !session.start(exchange, headers) {
            exchange.fail("UNAVAILABLE", "the connection takes no more calls", status: GRPCStatus.unavailable)
        }
    }

    /// Waits for the next event or the next time at which something is due.
    private func wait(_ now: UInt64) {
        let mustSettle = connections.contains { connection in
            connection.isBusy || connection.failure != nil || connection.isRetired && connection.openCalls.isEmpty
        }
        if mustSettle || current?.isRetired == true { return }
        var queries = [pollfd(fd: desk.waker.descriptor, events: Int16(POLLIN), revents: 0)]
        var due = waiting.map { $0.deadline }
        for connection in connections {
            for (descriptor, isWrite) in connection.queries {
                queries.append(pollfd(fd: descriptor, events: Int16(isWrite ? POLLOUT : POLLIN), revents: 0))
            }
            due += [connection.deadline, nextPing(connection)].compactMap { $0 }
            due += connection.openCalls.map { $0.deadline }
        }
        let timeout = due.min().map { $0 <= now ? 0 : Int32(clamping: ($0 &- now) / 1_000_000 + 1) }
        if poll(&queries, nfds_t(queries.count), timeout ?? -1) < 0, errno != EINTR { vitals_sleep(10_000_000) }
        if queries[0].revents != 0 { desk.waker.clear() }
    }

    private func stop(_ calls: [(call: GRPCCall, deadline: UInt64)]) {
        let late = calls.map { GRPCExchange($0.call, limit: 0) }
        for exchange in waiting + late + connections.flatMap({ $0.openCalls }) { exchange.shutDown() }
        for connection in connections { connection.sayGoodbye() }
        desk.ended()
    }
}
