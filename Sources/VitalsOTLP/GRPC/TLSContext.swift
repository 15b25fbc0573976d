internal import COpenSSL

/// The keys and certificates of connections, read from their files.
final class TLSContext {
    let pointer: OpaquePointer

    init(_ files: OTLPSecurity) throws(OTLPError) {
        try files.check()
        if let problem = LoadedLibrary.problem(vitals_tls_load) {
            throw .system(
                "TLS needs OpenSSL, which could not be loaded (\(problem)): install the package "
                    + "libssl3; an endpoint with http:// does without it")
        }
        guard let made = vitals_tls_context_create() else {
            throw .system("OpenSSL gives no context: \(Self.reason())")
        }
        pointer = made
        try load(files)
    }

    deinit {
        vitals_tls_context_free(pointer)
    }

    private func load(_ files: OTLPSecurity) throws(OTLPError) {
        if let path = files.authorityFile {
            guard vitals_tls_trust_file(pointer, path) else { throw .security(path, Self.reason()) }
        } else {
            vitals_tls_trust_system(pointer)
        }
        guard let certificate = files.certificateFile else { return }
        let key = files.keyFile ?? certificate
        guard vitals_tls_set_certificate(pointer, certificate) else { throw .security(certificate, Self.reason()) }
        guard vitals_tls_set_key(pointer, key) else { throw .security(key, Self.reason()) }
    }

    /// What OpenSSL says went wrong on this thread, and forgets.
    static func reason() -> String {
        vitals_tls_reason().map { String(cString: $0) } ?? "no reason is given"
    }
}
