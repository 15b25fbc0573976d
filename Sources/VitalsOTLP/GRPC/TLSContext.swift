internal import COpenSSL
internal import Glibc

/// The keys and certificates of connections, read from their files.
final class TLSContext {
    let pointer: OpaquePointer

    init(_ files: OTLPSecurity) throws(OTLPError) {
        vitals_tls_prepare()
        ERR_clear_error()
        guard let made = SSL_CTX_new(TLS_client_method()) else {
            throw .system("OpenSSL gives no context: \(Self.reason())")
        }
        pointer = made
        vitals_tls_strict(made)
        try load(files)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    private func load(_ files: OTLPSecurity) throws(OTLPError) {
        if let path = files.authorityFile {
            guard SSL_CTX_load_verify_locations(pointer, path, nil) == 1 else {
                throw .security(path, Self.reason())
            }
        } else {
            SSL_CTX_set_default_verify_paths(pointer)
            ERR_clear_error()
        }
        guard let certificate = files.certificateFile else {
            if let path = files.keyFile { throw .security(path, "a key needs the certificate that belongs to it") }
            return
        }
        guard let key = files.keyFile else {
            throw .security(certificate, "a certificate needs the key that belongs to it")
        }
        guard SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
            throw .security(certificate, Self.reason())
        }
        guard SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) == 1, SSL_CTX_check_private_key(pointer) == 1
        else { throw .security(key, Self.reason()) }
    }

    /// What OpenSSL says went wrong first on this thread, and forgets it. What follows are its callers' words.
    static func reason() -> String {
        let error = ERR_peek_error()
        ERR_clear_error()
        if let text = ERR_reason_error_string(error) { return String(cString: text) }
        return error == 0 ? "no reason is given" : String(cString: strerror(vitals_error_reason(error)))
    }
}
