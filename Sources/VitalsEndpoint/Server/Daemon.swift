import CMicrohttpd
import Glibc
import VitalsMetrics

/// One libmicrohttpd daemon: a thread that accepts on one socket and serves its connections.
final class Daemon: Sendable {
    /// The content of the files of TLS.
    struct Certificates: Sendable, Hashable {
        let certificate: String
        let key: String
        let authority: String?
    }

    let number: Int
    /// Zero once it is stopped.
    private let handle: Locked<UInt>

    /// Serves a socket, which stays the caller's.
    init?(_ number: Int, on listener: Int32, _ server: Server, _ certificates: Certificates?) {
        self.number = number
        let own = dup(listener)
        guard own >= 0 else { return nil }
        _ = fcntl(own, F_SETFD, FD_CLOEXEC)
        let context = DaemonContext(server, number)
        // Until the daemon is stopped its callbacks come with this.
        let box = Unmanaged.passRetained(context)
        let limits = server.configuration.limits
        let started = Self.start(
            vitals_mhd_settings(
                listener: own,
                // Some more than are allowed: they are let in so that others can be shown out.
                connections: UInt32(clamping: max(1, limits.connections)) + 64,
                header_bytes: max(4096, limits.headerBytes) + 16384, context: box.toOpaque(),
                on_uri: { context, uri, _ in
                    UnsafeMutableRawPointer(Unmanaged.passRetained(Exchange(uri: String(cString: uri))).toOpaque())
                },
                on_request: { context, connection, _, method, _, bytes, count, exchange in
                    guard let connection, let method, let count,
                        let exchange = exchange?.pointee.map({ Unmanaged<Exchange>.fromOpaque($0) }),
                        let context = DaemonContext.from(context)
                    else { return .NO }
                    let body = UnsafeRawBufferPointer(start: bytes, count: count.pointee)
                    count.pointee = 0
                    return context.server.receive(
                        exchange.takeUnretainedValue(), connection, String(cString: method), body)
                },
                on_completed: { context, connection, exchange, _ in
                    guard let connection, let exchange = exchange?.pointee else { return }
                    DaemonContext.from(context)?.server.complete(
                        Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue(), connection)
                },
                on_connection: { context, connection, _, event in
                    guard let connection, let context = DaemonContext.from(context) else { return }
                    if event == .CONNECTION_NOTIFY_STARTED {
                        context.server.connections.add(
                            UInt(bitPattern: connection), vitals_mhd_socket(connection),
                            from: RemoteAddress.text(connection), daemon: context.number)
                    } else {
                        context.server.connections.remove(UInt(bitPattern: connection))
                    }
                }, certificate: nil, key: nil, authority: nil), certificates)
        guard let started else {
            box.release()
            _ = close(own)
            return nil
        }
        handle = Locked(UInt(bitPattern: started))
        self.context = context
    }

    private let context: DaemonContext

    private static func start(_ settings: vitals_mhd_settings, _ certificates: Certificates?) -> OpaquePointer? {
        guard let certificates else { return vitals_mhd_start(settings) }
        var settings = settings
        return certificates.certificate.withCString { certificate in
            certificates.key.withCString { key in
                settings.certificate = certificate
                settings.key = key
                guard let authority = certificates.authority else { return vitals_mhd_start(settings) }
                return authority.withCString { authority in
                    settings.authority = authority
                    return vitals_mhd_start(settings)
                }
            }
        }
    }

    /// Accepts no further connections.
    func quiesce() {
        handle.withLock { handle in
            guard let daemon = OpaquePointer(bitPattern: handle) else { return }
            let listener = MHD_quiesce_daemon(daemon)
            if listener >= 0 { _ = close(listener) }
        }
    }

    /// Ends the daemon and its connections, none of which may be suspended. Safe to call twice.
    func stop() {
        let daemon = handle.withLock { handle in
            defer { handle = 0 }
            return handle
        }
        guard let daemon = OpaquePointer(bitPattern: daemon) else { return }
        MHD_stop_daemon(daemon)
        Unmanaged.passUnretained(context).release()
    }
}

/// What the callbacks of a daemon come with.
private final class DaemonContext: Sendable {
    let server: Server
    let number: Int

    init(_ server: Server, _ number: Int) {
        self.server = server
        self.number = number
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> DaemonContext? {
        pointer.map { Unmanaged<DaemonContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// The address of a client.
enum RemoteAddress {
    static func text(_ connection: OpaquePointer) -> String {
        guard let address = vitals_mhd_address(connection) else { return "" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { out in
            let size = socklen_t(
                address.pointee.sa_family == sa_family_t(AF_INET6)
                    ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
            guard let start = out.baseAddress,
                getnameinfo(address, size, start, socklen_t(out.count), nil, 0, NI_NUMERICHOST) == 0
            else { return "" }
            return String(cString: start)
        }
    }
}
