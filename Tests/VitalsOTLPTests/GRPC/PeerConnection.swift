import CNghttp2
import CVitals
import Glibc

@testable import VitalsOTLP

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
    private let tls: TLSServer.Session?
    private var partial: [UInt32: Request] = [:]
    /// Whether windows are opened again as data comes.
    var givesWindow = true

    init(_ descriptor: Int32, _ server: TLSServer? = nil) {
        self.descriptor = descriptor
        tls = server.flatMap { $0.session(descriptor) }
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
            let count = rest.withUnsafeBytes { bytes in
                tls.map { $0.write(bytes) } ?? send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes { bytes in
                let room = UnsafeMutableRawBufferPointer(rebasing: bytes[have...])
                return tls.map { $0.read(room) } ?? recv(descriptor, room.baseAddress, room.count, 0)
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
