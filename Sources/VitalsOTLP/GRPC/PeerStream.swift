internal import Glibc

/// Bytes to and from a peer, in the clear or by TLS. Nothing in it waits.
protocol PeerStream: AnyObject {
    var descriptor: Int32 { get }
    /// Whether bytes that were taken have not left yet.
    var hasUnsent: Bool { get }
    /// Does what must precede the first byte; nil while it goes on.
    func prepare() -> Result<Void, ConnectFailure>?
    func read(into room: UnsafeMutableRawBufferPointer) -> StreamResult
    func write(_ bytes: UnsafeRawBufferPointer) -> StreamResult
    /// Sends what was taken, as far as that goes.
    func flush() -> StreamResult
    /// Says goodbye and closes the socket.
    func close()
}

/// What became of a read or a write.
enum StreamResult {
    /// So many bytes were read or taken.
    case bytes(Int)
    /// There is nothing to read, or no room.
    case notNow
    /// The peer has closed its side.
    case closed
    case failed(ConnectFailure)
}

/// A socket as it is.
final class PlainStream: PeerStream {
    let descriptor: Int32
    let hasUnsent = false
    private var isClosed = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close()
    }

    func prepare() -> Result<Void, ConnectFailure>? { .success(()) }
    func flush() -> StreamResult { .bytes(0) }
    func read(into room: UnsafeMutableRawBufferPointer) -> StreamResult { Self.read(descriptor, room) }
    func write(_ bytes: UnsafeRawBufferPointer) -> StreamResult { Self.write(descriptor, bytes) }

    func close() {
        if !isClosed { _ = Glibc.close(descriptor) }
        isClosed = true
    }

    static func read(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> StreamResult {
        while true {
            let count = recv(descriptor, room.baseAddress, room.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .notNow : .failed(ConnectFailure(errno: errno, "reading"))
        }
    }

    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> StreamResult {
        while true {
            // A peer that has gone must not end the host by a signal.
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .notNow : .failed(ConnectFailure(errno: errno, "writing"))
        }
    }
}
