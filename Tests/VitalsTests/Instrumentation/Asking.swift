import Glibc
import Vitals

/// Sends a request over a connection of its own and gives the whole answer; empty if there is none within a minute.
func ask(_ port: Int, _ request: String) async -> String {
    await withCheckedContinuation { continuation in
        // A thread of its own: handlers run on those of tasks.
        let worker = Worker("test-client") { continuation.resume(returning: exchange(port, request)) }
        if worker == nil { continuation.resume(returning: "") }
    }
}

private func exchange(_ port: Int, _ request: String) -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return "" }
    defer { _ = close(descriptor) }
    var timeout = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    let bytes = Array(request.utf8)
    guard isConnected, send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return "" }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
        answer.append(contentsOf: piece[..<count])
    }
}
