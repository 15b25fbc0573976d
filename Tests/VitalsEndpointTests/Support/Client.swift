import CVitals
import Glibc
import Synchronization
import VitalsMetrics

/// What a server answered.
struct Reply: Sendable {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// The connection ended before the answer did.
    var isCut = false

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// One connection to a server, with waits that end.
final class Client: Sendable {
    let descriptor: Int32
    let isConnected: Bool
    private let held = Locked<[UInt8]>([])
    private let isClosed = Atomic(false)

    init(_ port: Int, host: String = "127.0.0.1", receiveBuffer: Int32? = nil) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        getaddrinfo(host, "\(port)", &hints, &list)
        defer { freeaddrinfo(list) }
        guard let info = list?.pointee else {
            descriptor = -1
            isConnected = false
            return
        }
        descriptor = socket(info.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        isConnected = connect(descriptor, info.ai_addr, info.ai_addrlen) == 0
    }

    deinit {
        close()
    }

    func close() {
        guard !isClosed.exchange(true, ordering: .relaxed), descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Reads until `isEnough` finds so, the end of the connection, or the timeout; false without having enough.
    private func read(seconds: Double, until isEnough: ([UInt8]) -> Bool) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)
        var piece = [UInt8](repeating: 0, count: 65536)
        while !held.withLock({ isEnough($0) }) {
            let now = vitals_monotonic_nanoseconds()
            guard now < deadline else { return false }
            var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&query, 1, Int32((deadline - now) / 1_000_000) + 1) > 0 else { continue }
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return false }
            held.withLock { $0.append(contentsOf: piece[..<count]) }
        }
        return true
    }

    /// Whether the server ends the connection within the time.
    func isEnded(seconds: Double = 5) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)
        while vitals_monotonic_nanoseconds() < deadline {
            var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&query, 1, 20) > 0 else { continue }
            var piece = [UInt8](repeating: 0, count: 65536)
            if recv(descriptor, &piece, piece.count, 0) <= 0 { return true }
        }
        return false
    }

    /// The next answer; nil if its head did not come.
    func reply(isHead: Bool = false, seconds: Double = 10 * soon) -> Reply? {
        let end = Array("\r\n\r\n".utf8)
        func headEnd(_ bytes: [UInt8]) -> Int? {
            guard bytes.count >= 4 else { return nil }
            return (0...(bytes.count - 4)).first { Array(bytes[$0..<($0 + 4)]) == end }
        }
        guard read(seconds: seconds, until: { headEnd($0) != nil }), let head = held.withLock({ headEnd($0) })
        else { return nil }
        let lines = String(decoding: held.withLock { $0[..<head] }, as: UTF8.self).split(separator: "\r\n")
        held.withLock { $0.removeFirst(head + 4) }
        var reply = Reply()
        reply.status = Int(lines[0].split(separator: " ")[1]) ?? 0
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            reply.headers.append((String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " })))
        }
        if reply.status == 100 { return self.reply(isHead: isHead, seconds: seconds) }
        guard !isHead else { return reply }
        let length = Int(reply.header("Content-Length") ?? "0") ?? 0
        reply.isCut = !read(seconds: seconds) { $0.count >= length }
        reply.body = held.withLock { held in
            defer { held.removeFirst(min(length, held.count)) }
            return Array(held.prefix(length))
        }
        return reply
    }

    func ask(
        _ method: String, _ path: String, _ headers: [String] = [], body: String? = nil, seconds: Double = 10 * soon
    ) -> Reply? {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: test\r\n" + headers.map { $0 + "\r\n" }.joined()
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        send(text + "\r\n" + (body ?? ""))
        return reply(isHead: method == "HEAD", seconds: seconds)
    }
}

extension Client {
    func ask(_ path: String, _ headers: [String] = []) -> Reply? {
        ask("GET", path, headers)
    }
}

/// Asks on a connection of its own.
func ask(_ port: Int, _ path: String, _ headers: [String] = [], seconds: Double = 10 * soon) -> Reply? {
    Client(port).ask("GET", path, headers, seconds: seconds)
}

/// Asks on a connection of its own.
func ask(
    _ port: Int, _ method: String, _ path: String, _ headers: [String] = [], body: String? = nil,
    seconds: Double = 10 * soon
) -> Reply? {
    Client(port).ask(method, path, headers, body: body, seconds: seconds)
}

// Tests must not block the threads that tasks run on: the handlers of the endpoint run there too.
extension Client {
    func ask(
        _ method: String, _ path: String, _ headers: [String] = [], body: String? = nil, seconds: Double = 10 * soon
    ) async -> Reply? {
        await onThread { self.ask(method, path, headers, body: body, seconds: seconds) }
    }

    func ask(_ path: String, _ headers: [String] = []) async -> Reply? {
        await onThread { self.ask("GET", path, headers) }
    }

    func reply(isHead: Bool = false, seconds: Double = 10 * soon) async -> Reply? {
        await onThread { self.reply(isHead: isHead, seconds: seconds) }
    }

    func isEnded(seconds: Double = 5) async -> Bool {
        await onThread { self.isEnded(seconds: seconds) }
    }
}

/// Asks on a connection of its own.
func ask(_ port: Int, _ path: String, _ headers: [String] = [], seconds: Double = 10 * soon) async -> Reply? {
    await onThread { ask(port, path, headers, seconds: seconds) }
}

/// Asks on a connection of its own.
func ask(
    _ port: Int, _ method: String, _ path: String, _ headers: [String] = [], body: String? = nil,
    seconds: Double = 10 * soon
) async -> Reply? {
    await onThread { ask(port, method, path, headers, body: body, seconds: seconds) }
}
