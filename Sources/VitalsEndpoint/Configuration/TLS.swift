extension EndpointConfiguration {
    /// The PEM files of TLS, at least version 1.2; they are read again when they change.
    public struct TLS: Sendable, Equatable {
        /// The path of the certificate, followed by those between it and its authority.
        public var certificateFile: String
        /// The path of the certificate's key.
        public var keyFile: String
        /// The path of the authorities of client certificates; if there is one, a client without such a certificate is
        /// refused.
        public var clientAuthorityFile: String?

        /// TLS with the given files.
        public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.clientAuthorityFile = clientAuthorityFile
        }
    }
}
