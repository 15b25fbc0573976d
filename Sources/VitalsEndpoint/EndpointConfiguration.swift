/// Where and how an endpoint listens.
public struct EndpointConfiguration: Sendable {
    /// The certificate of an endpoint that speaks TLS. The files are read again when they change.
    public struct TLS: Sendable, Hashable {
        /// A file with the certificate and those of its issuers, in PEM.
        public var certificateFile: String
        /// A file with the private key, in PEM.
        public var keyFile: String
        /// A file with the authorities whose certificates clients have to show; nil if they need none.
        public var clientAuthorityFile: String?

        /// TLS with a certificate and its key.
        public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.clientAuthorityFile = clientAuthorityFile
        }
    }

    /// Who may see metrics. Health checks need no authentication. Files are read again when they change.
    public struct Authentication: Sendable, Hashable {
        /// Users and the bcrypt hashes of their passwords.
        public var users: [String: String] = [:]
        /// A file of lines `user:hash`, as `htpasswd -B` writes them.
        public var usersFile: String?
        /// A file with a token that is as good as a user.
        public var bearerTokenFile: String?

        /// Nobody, until users or a token are given.
        public init(users: [String: String] = [:], usersFile: String? = nil, bearerTokenFile: String? = nil) {
            self.users = users
            self.usersFile = usersFile
            self.bearerTokenFile = bearerTokenFile
        }
    }

    /// The address or name to listen on: `localhost`, `0.0.0.0`, `::`.
    public var host = "localhost"
    /// The port; 0 for any that is free.
    public var port = 9464
    /// TLS; nil for plain HTTP.
    public var tls: TLS?
    /// Who may see metrics; nil for everybody.
    public var authentication: Authentication?
    /// Whether `/` shows the metrics in a browser.
    public var hasLivePage = true
    /// Bounds on what clients can do.
    public var limits = EndpointLimits()

    /// The defaults.
    public init(host: String = "localhost", port: Int = 9464) {
        self.host = host
        self.port = port
    }
}
