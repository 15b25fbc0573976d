internal import VitalsBytes

/// One connection to the peer, from the look-up of its name to its end. Nothing in it waits.
final class GRPCConnection {
    private enum Phase {
        case resolving
        case dialing
        case securing
        case greeting
        case open
    }

    /// How long it may take until calls can start, and how long with one address while others are left.
    private static let connectTime: UInt64 = 20_000_000_000
    private static let greetingTime: UInt64 = 2_000_000_000

    private let peer: GRPCPeer
    private let security: OTLPSecurity
    private let resolver: Resolver
    private let begunAt: UInt64
    private var phase = Phase.resolving
    private var dialer: Dialer?
    private var address: PeerAddress?
    private var connectedAt: UInt64 = 0
    var stream: (any PeerStream)?
    var session: HTTP2Session?
    var output = ByteBuffer(capacity: 64 << 10)
    var outputStart = 0
    /// The first bytes of the peer, to tell what it is.
    var greeting: [UInt8] = []
    /// When the last byte came.
    var lastRead: UInt64
    /// When the ping left that was not answered yet.
    var pingedAt: UInt64?
    /// Why it came to nothing before calls could start, or ended afterwards.
    private(set) var failure: ConnectFailure?
    /// Whether there was more to read or to write than is done at once.
    var isBusy = false
    /// Whether new calls need another connection.
    var isRetired = false

    init(_ peer: GRPCPeer, _ security: OTLPSecurity, _ resolver: Resolver, _ now: UInt64) {
        self.peer = peer
        self.security = security
        self.resolver = resolver
        begunAt = now
        lastRead = now
        _ = resolver.take()
        resolver.begin()
    }

    var isOpen: Bool { phase == .open && failure == nil }
    var wasOpen: Bool { phase == .open }

    /// What a call waits for.
    var circumstances: String {
        switch phase {
        case .resolving: "while the name of \(peer.description) was looked up"
        case .dialing: "while connecting: \(dialer?.description ?? "")"
        case .securing: "during the TLS handshake with \(address?.text ?? "")"
        case .greeting: "before \(address?.text ?? "") spoke HTTP/2"
        case .open: "before \(address?.text ?? "") answered"
        }
    }

    func end(_ reason: ConnectFailure) {
        if failure == nil { failure = reason }
    }

    /// Does all that can be done at `now`.
    func advance(_ now: UInt64) {
        while failure == nil, step(now) {}
        if failure == nil, !wasOpen, now &- begunAt >= Self.connectTime {
            end(ConnectFailure("connection_timeout", "20 s were over \(circumstances)"))
        }
    }

    /// The next step of connecting, and once open all that was sent and received. True: there is a next one at once.
    private func step(_ now: UInt64) -> Bool {
        switch phase {
        case .resolving:
            switch resolver.take() {
            case .success(let addresses):
                dialer = Dialer(addresses)
                phase = .dialing
                return true
            case .failure(let failure): end(failure)
            case nil: break
            }
        case .dialing: return dial(now)
        case .securing:
            switch stream?.prepare() {
            case .success: return greet()
            case .failure(let failure): return tryNext(failure)
            case nil: return isSlow(now) && tryNext(ConnectFailure("tls", "no TLS handshake within 2 s"))
            }
        case .greeting:
            transfer(now)
            if let failure {
                self.failure = nil
                return tryNext(isCutOff(failure) ? ConnectFailure("tls", Self.cutOff) : failure)
            }
            if session?.hasSettings == true {
                phase = .open
                dialer = nil
                return true
            }
            return isSlow(now) && tryNext(ConnectFailure("connection_timeout", "no HTTP/2 within 2 s"))
        case .open: transfer(now)
        }
        return false
    }

    /// Whether the peer left after the handshake without a word: in TLS 1.3 it judges the certificate only then.
    private func isCutOff(_ failure: ConnectFailure) -> Bool {
        peer.isSecure && greeting.isEmpty && failure.kind == "connection_lost"
    }

    private static let cutOff =
        "the peer closed the connection after the TLS handshake; it may want another client certificate"

    private func dial(_ now: UInt64) -> Bool {
        switch dialer?.advance(now) {
        case .connected(let descriptor, let address):
            self.address = address
            connectedAt = now
            let socket = PlainStream(descriptor)
            guard peer.isSecure, case .network(let host, _) = peer.place else {
                stream = socket
                return greet()
            }
            do throws(OTLPError) {
                // Read anew, as certificates are renewed.
                stream = TLSStream(socket, try TLSContext(security), host: host)
                if stream == nil { return tryNext(ConnectFailure("tls", TLSContext.reason())) }
            } catch {
                end(ConnectFailure("tls", error.description))
                return false
            }
            phase = .securing
            return true
        case .failed(let failure): end(failure)
        case .pending, nil: break
        }
        return false
    }

    private func greet() -> Bool {
        guard let made = HTTP2Session() else {
            end(ConnectFailure("connection_failed", "there is no memory for HTTP/2"))
            return false
        }
        session = made
        greeting = []
        output.clear()
        outputStart = 0
        phase = .greeting
        return true
    }

    private func isSlow(_ now: UInt64) -> Bool {
        dialer?.hasMore == true && now &- connectedAt >= Self.greetingTime
    }

    /// Goes on with the next address.
    private func tryNext(_ failure: ConnectFailure) -> Bool {
        stream?.close()
        stream = nil
        session = nil
        dialer?.reject(ConnectFailure(failure.kind, "\(address?.text ?? ""): \(failure.reason)"))
        phase = .dialing
        return true
    }

    /// The time at which something is due, if nothing happens before.
    var deadline: UInt64? {
        if wasOpen { return nil }
        var times = [begunAt &+ Self.connectTime]
        if phase == .dialing, let next = dialer?.deadline { times.append(next) }
        if phase == .securing || phase == .greeting, dialer?.hasMore == true {
            times.append(connectedAt &+ Self.greetingTime)
        }
        return times.min()
    }

    /// What to wait for.
    var queries: [(descriptor: Int32, isWrite: Bool)] {
        if phase == .dialing { return dialer.map { $0.descriptors.map { ($0, true) } } ?? [] }
        guard let stream else { return [] }
        let wantsWrite = stream.hasUnsent || outputStart < output.count
        return [(stream.descriptor, false)] + (wantsWrite ? [(stream.descriptor, true)] : [])
    }

    deinit {
        stream?.close()
    }
}
