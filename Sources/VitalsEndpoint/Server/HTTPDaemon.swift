import CMicrohttpd
import CVitals
import VitalsMetrics

/// The library's server: one thread for all connections that it was handed.
///
/// Unchecked, because the pointer is set once before anyone else has the object; the library locks for itself.
final class HTTPDaemon: @unchecked Sendable {
    private struct Gate {
        var isClosed = false
        var suspended: [ObjectIdentifier: Exchange] = [:]
    }

    let server: Server
    let requiresClientCertificate: Bool
    private let gate = Locked(Gate())
    private var pointer: OpaquePointer?

    /// Starts a server; nil if the system has no thread or memory for it.
    init?(_ server: Server, material: TLSMaterial?) {
        self.server = server
        requiresClientCertificate = material?.authorities != nil
        var setup = vitals_http_setup()
        setup.context = Unmanaged.passUnretained(self).toOpaque()
        setup.handle = HTTPCallbacks.handle
        setup.began = HTTPCallbacks.began
        setup.completed = HTTPCallbacks.completed
        setup.changed = HTTPCallbacks.changed
        setup.connection_memory = server.limits.headerBytes
        setup.connections = UInt32(clamping: server.limits.connections * 2 + 128)
        if let material {
            pointer = material.withCStrings { certificate, key, authorities in
                setup.certificate = certificate
                setup.key = key
                setup.authorities = authorities
                return vitals_http_start(&setup)
            }
        } else {
            pointer = vitals_http_start(&setup)
        }
        if pointer == nil { return nil }
    }

    /// Hands a connection over; it is closed if that fails.
    func adopt(_ connection: Connection) -> Bool {
        guard let pointer else { return false }
        return connection.address.withSocketAddress { address, length in
            MHD_add_connection(pointer, connection.descriptor, address, length) == .YES
        }
    }

    /// Suspends the connection until its exchange is resolved; false while the server stops. Called by its thread.
    func suspend(_ exchange: Exchange, _ connection: HTTPConnection) -> Bool {
        gate.withLock { gate in
            guard !gate.isClosed, exchange.suspend(connection) else { return false }
            gate.suspended[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    func forget(_ exchange: Exchange) {
        _ = gate.withLock { $0.suspended.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// The exchanges that wait for an answer.
    var suspended: [Exchange] { gate.withLock { Array($0.suspended.values) } }

    /// Lets nobody wait any more, and answers those who do.
    func close() {
        let waiting = gate.withLock { gate in
            gate.isClosed = true
            return Array(gate.suspended.values)
        }
        for exchange in waiting { exchange.resolve(.busy("the endpoint stops")) }
    }

    /// Ends the thread and every connection. Called once, and by no thread of the server's.
    func stop() {
        close()
        if let pointer { MHD_stop_daemon(pointer) }
    }
}
