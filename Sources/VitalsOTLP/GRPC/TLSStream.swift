internal import COpenSSL

/// TLS over a socket. OpenSSL works on memory, as its own way to write would let a signal through.
final class TLSStream: PeerStream {
    let descriptor: Int32
    private let socket: PlainStream
    private let session: OpaquePointer
    private let host: String
    private var unsent: [UInt8] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
    private var isReady = false

    /// TLS with the host that is called `host`, by name or by number.
    init?(_ socket: PlainStream, _ context: TLSContext, host: String) {
        // Neither the zone of an IPv6 address nor the dot of a complete name stands in a certificate.
        let bare = String(host.prefix { $0 != "%" })
        self.host = bare.hasSuffix(".") ? String(bare.dropLast()) : bare
        guard let session = vitals_tls_session_create(context.pointer, self.host) else { return nil }
        self.session = session
        self.socket = socket
        descriptor = socket.descriptor
    }

    deinit {
        vitals_tls_session_free(session)
        scratch.deallocate()
    }

    var hasUnsent: Bool { !unsent.isEmpty || vitals_tls_waiting(session) > 0 }

    func prepare() -> Result<Void, ConnectFailure>? {
        if isReady { return .success(()) }
        while true {
            let result = vitals_tls_handshake(session)
            // Also the alert that tells the peer why not.
            if case .failed(let failure) = flush(), result > 0 { return .failure(failure) }
            if result > 0 { return finished() }
            guard result == VITALS_TLS_NOT_NOW else { return .failure(handshakeFailure()) }
            switch receive() {
            case .bytes: continue
            case .notNow: return nil
            case .closed:
                return .failure(ConnectFailure("tls", "the peer closed the connection during the TLS handshake"))
            case .failed(let failure):
                return .failure(ConnectFailure("tls", "the TLS handshake was cut off: \(failure.reason)"))
            }
        }
    }

    private func finished() -> Result<Void, ConnectFailure> {
        guard vitals_tls_is_h2(session) else {
            return .failure(ConnectFailure("tls", "the peer does not offer HTTP/2 over TLS (ALPN h2)"))
        }
        isReady = true
        return .success(())
    }

    private func handshakeFailure() -> ConnectFailure {
        let reason = TLSContext.reason()
        guard let verdict = vitals_tls_verdict(session) else {
            return ConnectFailure("tls", "the TLS handshake failed: \(reason)")
        }
        return ConnectFailure(
            "tls", "the certificate that the peer shows for \(host) is not accepted: \(String(cString: verdict))")
    }

    /// Moves bytes from the socket to where OpenSSL reads.
    private func receive() -> StreamResult {
        let result = PlainStream.read(descriptor, scratch)
        if case .bytes(let count) = result, let bytes = scratch.baseAddress {
            vitals_tls_feed(session, bytes, Int32(count))
        }
        return result
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> StreamResult {
        guard let start = room.baseAddress else { return .bytes(0) }
        while true {
            let count = vitals_tls_read(session, start, Int32(clamping: room.count))
            if count > 0 { return .bytes(Int(count)) }
            switch count {
            case Int32(VITALS_TLS_NOT_NOW): break
            case Int32(VITALS_TLS_CLOSED): return .closed
            default: return .failed(ConnectFailure("tls", "the peer ended TLS: \(TLSContext.reason())"))
            }
            let result = receive()
            guard case .bytes = result else { return result }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> StreamResult {
        // What OpenSSL holds must not grow while the socket takes nothing.
        if case .failed(let failure) = flush() { return .failed(failure) }
        if hasUnsent { return .notNow }
        guard let start = bytes.baseAddress else { return .bytes(0) }
        let count = vitals_tls_write(session, start, Int32(clamping: bytes.count))
        if count > 0 {
            if case .failed(let failure) = flush() { return .failed(failure) }
            return .bytes(Int(count))
        }
        switch count {
        case Int32(VITALS_TLS_NOT_NOW): return .notNow
        case Int32(VITALS_TLS_CLOSED): return .closed
        default: return .failed(ConnectFailure("tls", "TLS failed: \(TLSContext.reason())"))
        }
    }

    func flush() -> StreamResult {
        while hasUnsent {
            if unsent.isEmpty {
                guard let start = scratch.baseAddress else { break }
                let count = vitals_tls_take(session, start, Int32(clamping: scratch.count))
                if count <= 0 { break }
                unsent = Array(scratch.prefix(Int(count)))
            }
            switch unsent.withUnsafeBytes({ PlainStream.write(descriptor, $0) }) {
            case .bytes(let count): unsent.removeFirst(count)
            case let result: return result
            }
        }
        return .bytes(0)
    }

    func close() {
        if isReady {
            vitals_tls_end(session)
            _ = flush()
        }
        socket.close()
    }
}
