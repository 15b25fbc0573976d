import Glibc
import VitalsMetrics

@testable import storefront

/// A server of raw sockets, which does what a test tells it to.
final class Peer: Sendable {
    struct Request: Sendable {
        var method = ""
        var target = ""
        /// By their names in lower case.
        var headers: [String: String] = [:]
        var body = ""
    }

    /// What it does with a request.
    enum Reaction: Sendable {
        case silence
        case hangUp
        case bytes([UInt8])

        static func answer(status: Int = 200, _ body: String = "") -> Reaction {
            .bytes(Array("HTTP/1.1 \(status) Whatever\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
        }
    }

    private struct State {
        var connections: [Int32] = []
        var requests = 0
    }

    let port: Int
    private let listener: Int32
    private let react: @Sendable (Request) -> Reaction
    private let state = Locked(State())

    var address: String { "http://127.0.0.1:\(port)" }
    var connections: Int { state.withLock { $0.connections.count } }
    var requests: Int { state.withLock { $0.requests } }

    init(_ react: @escaping @Sendable (Request) -> Reaction) throws {
        self.react = react
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, length) == 0, listen(listener, 512) == 0 else { return false }
                return getsockname(listener, address, &length) == 0
            }
        }
        guard port else { throw StartError(description: "a test has no port: \(errno)") }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard Worker("peer", { [weak self, listener] in Self.accept(listener) { self } }) != nil else {
            throw StartError(description: "a test has no thread")
        }
    }

    deinit {
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in state.withLock({ $0.connections }) {
            Glibc.shutdown(connection, Int32(SHUT_RDWR))
            close(connection)
        }
    }

    private static func accept(_ listener: Int32, _ peer: () -> Peer?) {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0, let peer = peer() else { return }
            peer.state.withLock { $0.connections.append(connection) }
            _ = Worker("peer") { [weak peer] in serve(connection) { peer } }
        }
    }

    private static func serve(_ connection: Int32, _ peer: () -> Peer?) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer[..<count]
            while let request = takeRequest(&received) {
                guard let peer = peer() else { return }
                peer.state.withLock { $0.requests += 1 }
                switch peer.react(request) {
                case .silence: continue
                case .hangUp:
                    Glibc.shutdown(connection, Int32(SHUT_RDWR))
                    return
                case .bytes(let bytes): send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// A request whose body has come.
    private static func takeRequest(_ received: inout [UInt8]) -> Request? {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var request = Request()
        let words = lines.first?.split(separator: " ") ?? []
        if words.count == 3 { (request.method, request.target) = (String(words[0]), String(words[1])) }
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            request.headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        let body = text[end.upperBound...].utf8.prefix(length)
        guard body.count == length else { return nil }
        request.body = String(decoding: body, as: UTF8.self)
        received = Array(text[end.upperBound...].utf8.dropFirst(length))
        return request
    }
}
