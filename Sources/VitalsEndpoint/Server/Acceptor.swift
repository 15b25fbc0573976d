import CMicrohttpd
import CVitals
import Glibc
import Synchronization
import VitalsMetrics

/// Accepts connections, makes room for them, and gives the server its tick, on one thread.
final class Acceptor: Sendable {
    private let listeners: Listeners
    private let wake: Int32
    private let isStopping = Atomic(false)

    /// An acceptor that owns the sockets from now on; nil if the system has no descriptor for it.
    init?(_ listeners: Listeners) {
        wake = eventfd(0, vitals_event_flags)
        self.listeners = listeners
        if wake < 0 { return nil }
    }

    deinit {
        if wake >= 0 { _ = close(wake) }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = write(wake, &one, MemoryLayout<UInt64>.size)
    }

    /// The body of the thread: connections go to `server`.
    func run(_ server: Server) {
        defer { listeners.close() }
        var lastTick = vitals_monotonic_nanoseconds()
        while !isStopping.load(ordering: .acquiring) {
            var queries = (listeners.descriptors + [wake]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&queries, nfds_t(queries.count), 500) < 0, errno != EINTR { vitals_sleep(10_000_000) }
            for query in queries.dropLast() where query.revents != 0 { accept(query.fd, server) }
            let now = vitals_monotonic_nanoseconds()
            if now &- lastTick >= 500_000_000 {
                lastTick = now
                server.tick(now)
            }
        }
    }

    private func accept(_ listener: Int32, _ server: Server) {
        // Bounded, so that neither the other sockets nor the tick wait for a flood to end.
        for _ in 0..<64 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    accept4(listener, $0, &length, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
                }
            }
            guard descriptor >= 0 else {
                if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                    server.metrics.reject("descriptors")
                    server.table.makeRoom()
                    vitals_sleep(10_000_000)
                }
                return
            }
            admit(descriptor, ClientAddress(storage, length), server)
        }
    }

    private func admit(_ descriptor: Int32, _ address: ClientAddress, _ server: Server) {
        // The tries are for a flood that is faster than the server's thread.
        for _ in 0..<200 {
            guard let daemon = server.daemon else { break }
            switch server.table.admit(descriptor, address, daemon, at: vitals_monotonic_nanoseconds()) {
            case .admitted(let connection, let cut):
                if let cut { server.metrics.reject(cut) }
                if !daemon.adopt(connection) { server.table.remove(connection) }
                return
            case .refused(let reason):
                server.metrics.reject(reason)
                _ = close(descriptor)
                return
            case .tryAgain:
                vitals_sleep(1_000_000)
            }
        }
        server.metrics.reject("connections")
        _ = close(descriptor)
    }
}
