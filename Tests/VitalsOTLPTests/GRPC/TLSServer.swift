import CTestTLS
import Glibc

/// TLS for a scripted peer.
final class TLSServer: Sendable {
    /// TLS on one connection.
    final class Session {
        private let ssl: OpaquePointer

        fileprivate init?(_ context: OpaquePointer, _ descriptor: Int32) {
            guard let made = SSL_new(context) else { return nil }
            ssl = made
            SSL_set_fd(ssl, descriptor)
            SSL_accept(ssl)
        }

        deinit {
            SSL_free(ssl)
        }

        func read(_ room: UnsafeMutableRawBufferPointer) -> Int {
            Int(SSL_read(ssl, room.baseAddress, Int32(clamping: room.count)))
        }

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            Int(SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count)))
        }
    }

    /// The context's address: OpenSSL itself shares it between threads.
    private let address: UInt

    /// A server with a certificate, which may want certificates of `clients`.
    init?(_ folder: CertificateFolder, _ name: String, clients: String? = nil, alpn: Bool = true) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { return nil }
        address = UInt(bitPattern: context)
        guard SSL_CTX_use_certificate_chain_file(context, folder.certificate(name)) == 1,
            SSL_CTX_use_PrivateKey_file(context, folder.key(name), SSL_FILETYPE_PEM) == 1
        else { return nil }
        if let clients {
            SSL_CTX_load_verify_locations(context, folder.certificate(clients), nil)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        guard alpn else { return }
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, length, offered, _, _ in
                // The first one that is offered.
                chosen?.pointee = offered.map { $0 + 1 }
                length?.pointee = offered?.pointee ?? 0
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    deinit {
        SSL_CTX_free(OpaquePointer(bitPattern: address))
    }

    func session(_ descriptor: Int32) -> Session? {
        OpaquePointer(bitPattern: address).flatMap { Session($0, descriptor) }
    }
}

/// Keys and certificates in a folder that goes away with it.
final class CertificateFolder: Sendable {
    let path: String

    init?() {
        var template = Array("/tmp/vitals-grpc-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { return nil }
        path = String(cString: made)
    }

    deinit {
        guard let entries = opendir(path) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(entries)
        rmdir(path)
    }

    func certificate(_ name: String) -> String { "\(path)/\(name).pem" }
    func key(_ name: String) -> String { "\(path)/\(name).key" }

    /// Makes an authority.
    func authority(_ name: String) -> Bool {
        openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
                + ["-keyout", key(name), "-out", certificate(name), "-subj", "/CN=\(name)"])
    }

    /// Makes a certificate that an authority vouches for, some days long.
    func certificate(_ name: String, by authority: String, for names: String, days: Int = 2) -> Bool {
        let request = "\(path)/\(name).csr"
        let extensions = "\(path)/\(name).ext"
        guard let file = fopen(extensions, "w") else { return false }
        fputs("subjectAltName=\(names)\n", file)
        fclose(file)
        return openssl(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key(name)]
                + ["-out", request, "-subj", "/CN=\(name)"])
            && openssl(
                ["x509", "-req", "-in", request, "-CA", certificate(authority), "-CAkey", key(authority)]
                    + ["-CAcreateserial", "-days", "\(days)", "-out", certificate(name), "-extfile", extensions])
    }

    private func openssl(_ arguments: [String]) -> Bool {
        var process: pid_t = 0
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [1, 2] as [Int32] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var list = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for text in list { free(text) } }
        guard posix_spawnp(&process, "openssl", &actions, nil, &list, environ) == 0 else { return false }
        var status: Int32 = 0
        return waitpid(process, &status, 0) == process && status == 0
    }
}
