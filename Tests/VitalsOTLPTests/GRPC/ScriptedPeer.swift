import CNghttp2
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

    init?(_ place: Place = .ipv4, port: Int = 0, _ script: @escaping @Sendable (PeerConnection) -> Void) {
        guard let (socket, port) = Self.listen(place, port) else { return nil }
        listener = socket
        self.port = port
        let count = count
        let isStarted = BackgroundThread.start("scripted-peer") { [listener] in
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { return }
                _ = count.update { $0 += 1 }
                _ = BackgroundThread.start("scripted-conn") {
                    let connection = PeerConnection(descriptor)
                    script(connection)
                    connection.close()
                }
            }
        }
        if !isStarted { return nil }
    }

    deinit {
        stop()
    }

    /// How many connections came so far.
    var connections: Int { count.update { $0 } ?? 0 }

    func waitForConnections(_ wanted: Int) -> Bool {
        count.wait(until: Clock.now &+ 5_000_000_000) { $0 >= wanted }
    }

    func stop() {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            _ = shutdown(listener, Int32(SHUT_RDWR))
            _ = Glibc.close(listener)
        }
    }

    static func listen(_ place: Place, _ port: Int = 0) -> (Int32, Int)? {
        let path: String? = if case .unix(let path) = place { path } else { nil }
        let host = if case .ipv6 = place { "::1" } else { "127.0.0.1" }
        let address =
            path.flatMap { PeerAddress(path: $0) }
            ?? (try? PeerAddress.all(host: host, port: port, isNumeric: true))?.first
        guard let address else { return nil }
        let listener = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.raw.withUnsafeBytes { bytes in
            bytes.bindMemory(to: sockaddr.self).baseAddress.map { bind(listener, $0, socklen_t(bytes.count)) == 0 }
        }
        guard isBound == true, Glibc.listen(listener, 64) == 0 else { return nil }
        var bound = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        return (listener, Int(UInt16(bigEndian: bound.sin6_port)))
    }
}

/// A scripted peer's side of a connection: frames of HTTP/2 one by one.
final class PeerConnection {
    struct Frame {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]
    }

    struct Request {
        var stream: UInt32 = 0
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private let descriptor: Int32
    private var inflater: OpaquePointer?
    private var isClosed = false
    private var partial: [UInt32: Request] = [:]
    /// Whether windows are opened again as data comes.
    var givesWindow = true

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        vitals_tune_socket(descriptor, 20_000)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        nghttp2_hd_inflate_new(&inflater)
    }

    deinit {
        nghttp2_hd_inflate_del(inflater)
    }

    func close() {
        if !isClosed { _ = Glibc.close(descriptor) }
        isClosed = true
    }

    /// Ends the connection with a reset.
    func abort() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + have }, count - have, 0)
            }
            if got <= 0 { return nil }
            have += got
        }
        return bytes
    }

    /// Reads until the peer closes or five seconds are over.
    func drain() {
        while read(1) != nil {}
    }

    func frame(_ type: UInt8, _ flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        let head = Array(Self.number(UInt32(payload.count))[1...]) + [type, flags]
        write(head + Self.number(stream) + payload)
    }

    static func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    func nextFrame() -> Frame? {
        guard let head = read(9) else { return nil }
        let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
        let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) }
        guard let payload = length == 0 ? [] : read(length) else { return nil }
        return Frame(type: head[3], flags: head[4], stream: stream, payload: payload)
    }

    /// Takes the client's preface and gives the server's.
    func greet(_ settings: [(id: UInt16, value: UInt32)] = []) {
        _ = read(24)
        var payload: [UInt8] = []
        for (id, value) in settings { payload += Array(Self.number(UInt32(id))[2...]) + Self.number(value) }
        frame(4, 0, payload)
    }

    /// The next whole request, or its headers alone; answers settings and pings by the way.
    func request(onlyHeaders: Bool = false) -> Request? {
        while let frame = nextFrame() {
            switch frame.type {
            case 1:
                partial[frame.stream] = Request(stream: frame.stream, headers: headers(frame.payload))
                if onlyHeaders { return partial.removeValue(forKey: frame.stream) }
            case 0:
                partial[frame.stream]?.body += frame.payload
                if givesWindow, !frame.payload.isEmpty { giveWindow(frame) }
                if frame.flags & 1 != 0 { return partial.removeValue(forKey: frame.stream) }
            case 4 where frame.flags & 1 == 0: self.frame(4, 1)
            case 6 where frame.flags & 1 == 0: self.frame(6, 1, frame.payload)
            default: break
            }
        }
        return nil
    }

    private func giveWindow(_ frame: Frame) {
        let count = Self.number(UInt32(frame.payload.count))
        self.frame(8, stream: 0, count)
        if frame.flags & 1 == 0 { self.frame(8, stream: frame.stream, count) }
    }

    /// Whether something comes within so many milliseconds.
    func hasInput(within milliseconds: Int32) -> Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, milliseconds) > 0
    }

    private func headers(_ block: [UInt8]) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var rest = block[...]
        while true {
            var field = nghttp2_nv()
            var flags: Int32 = 0
            let read = rest.withUnsafeBufferPointer {
                nghttp2_hd_inflate_hd2(inflater, &field, &flags, $0.baseAddress, $0.count, 1)
            }
            if read < 0 { return found }
            rest = rest.dropFirst(read)
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                found.append(
                    (
                        String(decoding: UnsafeBufferPointer(start: field.name, count: field.namelen), as: UTF8.self),
                        String(decoding: UnsafeBufferPointer(start: field.value, count: field.valuelen), as: UTF8.self)
                    ))
            }
            if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                nghttp2_hd_inflate_end_headers(inflater)
                return found
            }
            if read == 0, flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) == 0 { return found }
        }
    }

    /// A block of headers, each literal and without Huffman's code.
    func headers(_ stream: UInt32, _ fields: [(String, String)], end: Bool = false) {
        func text(_ text: String) -> [UInt8] {
            let count = text.utf8.count
            if count < 127 { return [UInt8(count)] + text.utf8 }
            var (bytes, rest) = ([UInt8(127)], count - 127)
            while rest >= 128 {
                bytes.append(UInt8(rest & 127 | 128))
                rest >>= 7
            }
            return bytes + [UInt8(rest)] + text.utf8
        }
        var block: [UInt8] = []
        for (name, value) in fields { block += [0] + text(name) + text(value) }
        let parts = stride(from: 0, to: max(1, block.count), by: 16384).map {
            Array(block[$0..<min($0 + 16384, block.count)])
        }
        for (index, part) in parts.enumerated() {
            let isLast: UInt8 = index == parts.count - 1 ? 4 : 0
            frame(index == 0 ? 1 : 9, isLast | (index == 0 && end ? 1 : 0), stream: stream, part)
        }
    }

    func data(_ stream: UInt32, _ bytes: [UInt8], end: Bool = false) {
        frame(0, end ? 1 : 0, stream: stream, bytes)
    }

    static let ok = [(":status", "200"), ("content-type", "application/grpc")]

    /// A response that accepts, with a message.
    func accept(_ stream: UInt32, _ message: [UInt8] = [], flag: UInt8 = 0) {
        headers(stream, Self.ok)
        data(stream, [flag] + Self.number(UInt32(message.count)) + message)
        headers(stream, [("grpc-status", "0")], end: true)
    }

    /// Accepts all that comes.
    func serve() {
        while let request = request() { accept(request.stream) }
    }
}
