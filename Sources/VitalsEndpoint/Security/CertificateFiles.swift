/// The files of TLS.
struct CertificateFiles: Sendable {
    private var certificate: WatchedFile
    private var key: WatchedFile
    private var authority: WatchedFile?

    init(_ tls: EndpointConfiguration.TLS) {
        certificate = WatchedFile(tls.certificateFile)
        key = WatchedFile(tls.keyFile)
        authority = tls.clientAuthorityFile.map { WatchedFile($0) }
    }

    func haveChanged() -> Bool {
        certificate.hasChanged() || key.hasChanged() || authority?.hasChanged() == true
    }

    mutating func read() throws(EndpointError) -> Daemon.Certificates {
        let files = (try certificate.read(), try key.read(), try authority?.read())
        return Daemon.Certificates(certificate: files.0, key: files.1, authority: files.2)
    }
}
