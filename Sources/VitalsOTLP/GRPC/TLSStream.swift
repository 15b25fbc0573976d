internal import COpenSSL
internal import Glibc

/// TLS over a socket. OpenSSL works on memory, as its own way to write would let a signal through.
final class TLSStream: PeerStream {
    let descriptor: Int32
    private let socket: PlainStream
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let host: String
    private var unsent: [UInt8] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
    private var isReady = false

    /// TLS with the host that is called `host`, by name or by number.
    init?(_ socket: PlainStream, _ context: TLSContext, host: String) {
        guard let ssl = SSL_new(context.pointer) else { return nil }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            return nil
        }
        SSL_set_bio(ssl, incoming, outgoing)
        SSL_set_connect_state(ssl)
        self.socket = socket
        descriptor = socket.descriptor
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
        let bare = String(host.prefix { $0 != "%" })
        self.host = bare.hasSuffix(".") ? String(bare.dropLast()) : bare
        let protocols: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]
        guard SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count)) == 0, expectHost() else { return nil }
    }

    deinit {
        SSL_free(ssl)
        scratch.deallocate()
    }

    private func expectHost() -> Bool {
        let parameters = SSL_get0_param(ssl)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 { return true }
        ERR_clear_error()
        SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return SSL_set1_host(ssl, host) == 1 && vitals_tls_name(ssl, host) == 1
    }

    var hasUnsent: Bool { !unsent.isEmpty || vitals_bio_pending(outgoing) > 0 }

    func prepare() -> Result<Void, ConnectFailure>? {
        if isReady { return .success(()) }
        while true {
            ERR_clear_error()
            let result = SSL_do_handshake(ssl)
            let error = SSL_get_error(ssl, result)
            // Also the alert that tells the peer why not.
            if case .failed(let failure) = flush(), result == 1 { return .failure(failure) }
            if result == 1 { return finished() }
            guard error == SSL_ERROR_WANT_READ else { return .failure(handshakeFailure()) }
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
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        let selected = UnsafeBufferPointer(start: name, count: Int(length))
        guard selected.elementsEqual("h2".utf8) else {
            return .failure(ConnectFailure("tls", "the peer does not offer HTTP/2 over TLS (ALPN h2)"))
        }
        isReady = true
        return .success(())
    }

    private func handshakeFailure() -> ConnectFailure {
        let verdict = SSL_get_verify_result(ssl)
        let reason = TLSContext.reason()
        guard verdict == X509_V_OK else {
            let text = X509_verify_cert_error_string(verdict).map { String(cString: $0) } ?? "error \(verdict)"
            return ConnectFailure("tls", "the certificate that the peer shows for \(host) is not accepted: \(text)")
        }
        return ConnectFailure("tls", "the TLS handshake failed: \(reason)")
    }

    /// Moves bytes from the socket to where OpenSSL reads.
    private func receive() -> StreamResult {
        let result = PlainStream.read(descriptor, scratch)
        if case .bytes(let count) = result { BIO_write(incoming, scratch.baseAddress, Int32(count)) }
        return result
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> StreamResult {
        while true {
            ERR_clear_error()
            let count = SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
            if count > 0 { return .bytes(Int(count)) }
            switch SSL_get_error(ssl, count) {
            case SSL_ERROR_WANT_READ: break
            case SSL_ERROR_ZERO_RETURN: return .closed
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
        ERR_clear_error()
        let count = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        if count > 0 {
            if case .failed(let failure) = flush() { return .failed(failure) }
            return .bytes(Int(count))
        }
        switch SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .notNow
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: return .failed(ConnectFailure("tls", "TLS failed: \(TLSContext.reason())"))
        }
    }

    func flush() -> StreamResult {
        while hasUnsent {
            if unsent.isEmpty {
                let count = BIO_read(outgoing, scratch.baseAddress, Int32(clamping: scratch.count))
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
            ERR_clear_error()
            SSL_shutdown(ssl)
            _ = flush()
            ERR_clear_error()
        }
        socket.close()
    }
}
