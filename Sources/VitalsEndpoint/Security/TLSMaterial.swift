import CMicrohttpd

/// The content of the files of TLS, after it was found to be right.
struct TLSMaterial: Sendable {
    let certificate: String
    let key: String
    let authorities: String?

    init(_ files: EndpointConfiguration.TLS) throws(EndpointError) {
        certificate = try Self.text(files.certificateFile)
        key = try Self.text(files.keyFile)
        if let path = files.clientAuthorityFile { authorities = try Self.text(path) } else { authorities = nil }
        var which: CInt = 0
        let failure = withCStrings { vitals_tls_check($0, $1, $2, &which) }
        guard failure == 0 else {
            let path = which == 0 ? files.certificateFile : files.clientAuthorityFile ?? ""
            let reason = gnutls_strerror(failure).map { String(cString: $0) } ?? "error \(failure)"
            throw .invalidTLS(path: path, reason: reason)
        }
    }

    func withCStrings<Result>(
        _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?) -> Result
    ) -> Result {
        certificate.withCString { certificate in
            key.withCString { key in
                guard let authorities else { return body(certificate, key, nil) }
                return authorities.withCString { body(certificate, key, $0) }
            }
        }
    }

    private static func text(_ path: String) throws(EndpointError) -> String {
        let bytes = try WatchedFile(path).read()
        guard !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalidTLS(path: path, reason: "it is empty or no text")
        }
        return text
    }
}
