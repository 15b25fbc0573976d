extension EndpointConfiguration {
    /// Who may read metrics; whoever satisfies one of these is let in.
    public struct Authentication: Sendable, Equatable {
        /// Names and bcrypt hashes, as `htpasswd -nB` makes them.
        public var users: [String: String]
        /// The path of a file of `user:hash` lines; it is read again when it changes.
        public var usersFile: String?
        /// The path of a file with a bearer token; it is read again when it changes.
        public var bearerTokenFile: String?

        /// Authentication by the given users and token.
        public init(users: [String: String] = [:], usersFile: String? = nil, bearerTokenFile: String? = nil) {
            self.users = users
            self.usersFile = usersFile
            self.bearerTokenFile = bearerTokenFile
        }
    }
}
