import Glibc

/// Just enough of HTTP to call a service on this machine.
enum HTTPCall {
    /// The status of the answer to a request of `http://127.0.0.1:PORT/…`; 0 if there is none within five seconds.
    static func get(_ url: String, _ headers: [(String, String)]) -> Int {
        let prefix = "http://127.0.0.1:"
        guard url.hasPrefix(prefix) else { return 0 }
        let address = url.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
        guard let port = address.first.flatMap({ UInt16($0) }) else { return 0 }
        let lines =
            ["GET /\(address.count > 1 ? address[1] : "") HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
            + headers.map { "\($0.0): \($0.1)" }
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard connection >= 0 else { return 0 }
        defer { close(connection) }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = port.bigEndian
        peer.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return 0 }
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return 0 }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { break }
            answer += piece[..<count]
        }
        // Such as `HTTP/1.1 200 OK`.
        return String(decoding: answer.prefix(12), as: UTF8.self).split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
