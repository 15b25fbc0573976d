import Glibc
import VitalsMetrics

@testable import VitalsOTLP

/// A server that follows a script on each connection, one thread each.
final class ScriptedPeer: Sendable {
    enum Place {
        case ipv4
        case ipv6
        case unix(String)
    }

    let port: Int
    private let listener: Int32
    private let count = Waitable(0)
    private let isStopped = Locked(false)

    init?(_ place: Place = .ipv4, tls: TLSServer? = nil, _ script: @escaping @Sendable (PeerConnection) -> Void) {
        guard let (socket, port) = Self.listen(place) else { return nil }
        listener = socket
        self.port = port
        let count = count
        let thread = Worker("scripted-peer") { [listener] in
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    // Only here: a number that is free again would soon be another socket's.
                    _ = Glibc.close(listener)
                    return
                }
                _ = count.update { $0 += 1 }
                _ = Worker("scripted-conn") {
                    let connection = PeerConnection(descriptor, tls)
                    script(connection)
                    connection.close()
                }
            }
        }
        if thread == nil { return nil }
    }

    /// How many connections came so far.
    var connections: Int { count.update { $0 } ?? 0 }

    func waitForConnections(_ wanted: Int) -> Bool {
        count.wait(until: Clock.now &+ 5_000_000_000) { $0 >= wanted }
    }

    /// Ends it. Otherwise it lives as long as the process: the optimiser lets go of an object after its last use, and its
    /// port is used for longer.
    func stop() {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            _ = shutdown(listener, Int32(SHUT_RDWR))
        }
    }

    static func listen(_ place: Place, queue: Int32 = 64) -> (Int32, Int)? {
        let path: String? = if case .unix(let path) = place { path } else { nil }
        let host = if case .ipv6 = place { "::1" } else { "127.0.0.1" }
        let address =
            path.flatMap { PeerAddress(path: $0) }
            ?? (try? PeerAddress.all(host: host, port: 0, isNumeric: true))?.first
        guard let address else { return nil }
        let listener = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.raw.withUnsafeBytes { bytes in
            bytes.bindMemory(to: sockaddr.self).baseAddress.map { bind(listener, $0, socklen_t(bytes.count)) == 0 }
        }
        guard isBound == true, Glibc.listen(listener, queue) == 0 else { return nil }
        var bound = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        return (listener, Int(UInt16(bigEndian: bound.sin6_port)))
    }
}
