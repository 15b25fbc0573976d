import CVitals
import Glibc
import VitalsMetrics

/// A request as the server got it.
struct ReceivedRequest: Sendable {
    var method = ""
    var target = ""
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Which connection it came on, counted from zero.
    var connection = 0

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}

/// A server on loopback that answers each request with what a script says, which need not be HTTP.
final class ScriptedHTTPServer: Sendable {
    /// Answers a request; false ends the connection.
    typealias Script = @Sendable (ReceivedRequest, HTTPConversation) -> Bool

    private struct State {
        var open: [Int32] = []
        var connections = 0
        var received: [ReceivedRequest] = []
        var isStopped = false
    }

    let port: Int
    private let listener: Int32
    private let script: Script
    private let state = Waitable(State())

    init(_ script: @escaping Script) {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(descriptor, pointer, size)
                listen(descriptor, 64)
                getsockname(descriptor, pointer, &size)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        thread { $0.accept() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var received: [ReceivedRequest] { state.update { $0.received } ?? [] }
    var connections: Int { state.update { $0.connections } ?? 0 }

    /// Waits until so many requests came.
    func waitForRequests(_ count: Int) -> Bool {
        state.wait(until: vitals_monotonic_nanoseconds() + 10_000_000_000) { $0.received.count >= count }
    }

    /// Ends everything; later connections are refused.
    func stop() {
        let open = state.update { state in
            defer { state.isStopped = true }
            return state.isStopped ? [] : state.open + [listener]
        }
        for descriptor in open ?? [] { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Waits until the server stops, but not for ever.
    func waitForStop() {
        _ = state.wait(until: vitals_monotonic_nanoseconds() + 20_000_000_000) { $0.isStopped }
    }

    private func thread(_ body: @escaping @Sendable (ScriptedHTTPServer) -> Void) {
        final class Work: Sendable {
            let server: ScriptedHTTPServer
            let body: @Sendable (ScriptedHTTPServer) -> Void
            init(_ server: ScriptedHTTPServer, _ body: @escaping @Sendable (ScriptedHTTPServer) -> Void) {
                self.server = server
                self.body = body
            }
        }
        _ = vitals_thread_start(
            { context in
                let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
                work.body(work.server)
            }, Unmanaged.passRetained(Work(self, body)).toOpaque(), "test-server")
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            // Seconds and microseconds: a timeval, which several modules of C claim as theirs.
            var limit = (20, 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
            let number = state.update { state in
                defer { state.connections += 1 }
                if !state.isStopped { state.open.append(descriptor) }
                return state.isStopped ? -1 : state.connections
            }
            guard let number, number >= 0 else {
                close(descriptor)
                break
            }
            thread { $0.converse(descriptor, number) }
        }
        close(listener)
    }

    private func converse(_ descriptor: Int32, _ number: Int) {
        let conversation = HTTPConversation(descriptor, self)
        while var request = conversation.request() {
            request.connection = number
            let copy = request
            _ = state.update { $0.received.append(copy) }
            if !script(request, conversation) { break }
        }
        _ = state.update { $0.open.removeAll { $0 == descriptor } }
        close(descriptor)
    }
}

/// One connection of the server.
final class HTTPConversation {
    let server: ScriptedHTTPServer
    private let descriptor: Int32
    private var held: [UInt8] = []

    init(_ descriptor: Int32, _ server: ScriptedHTTPServer) {
        self.descriptor = descriptor
        self.server = server
    }

    /// Sends bytes as they are; false if the peer has gone.
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

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a whole answer.
    @discardableResult
    func answer(
        _ status: Int, _ headers: [String] = [], type: String? = "application/x-protobuf", body: [UInt8] = []
    ) -> Bool {
        var head = "HTTP/1.1 \(status) Some Words\r\nContent-Length: \(body.count)\r\n"
        if let type { head += "Content-Type: \(type)\r\n" }
        for header in headers { head += header + "\r\n" }
        return send(Array((head + "\r\n").utf8) + body)
    }

    /// Ends the connection as if the program had died.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    private func more() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count > 0 { held += piece[..<count] }
        return count > 0
    }

    /// The next request; nil at the end of the connection.
    fileprivate func request() -> ReceivedRequest? {
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            head = held.firstRange(of: end)
            if head == nil, !more() { return nil }
        }
        guard let head else { return nil }
        let lines = String(decoding: held[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
        held.removeFirst(head.upperBound)
        var request = ReceivedRequest()
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        request.method = String(words[0])
        request.target = String(words[1])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            request.headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        let length = request.header("content-length").flatMap { Int($0) } ?? 0
        while held.count < length { if !more() { return nil } }
        request.body = Array(held[..<length])
        held.removeFirst(length)
        return request
    }
}
