import CMicrohttpd
import VitalsMetrics

/// Who is let in. What takes long is left to a thread of its own: `check` never hashes a password.
final class Credentials: Sendable {
    enum Verdict: Equatable {
        case allowed
        case denied
        /// A password that was not seen to be right before.
        case unknown(user: [UInt8], password: [UInt8])
    }

    private struct State {
        var fixedUsers: UserList
        var users: UserList
        var token: [UInt8]?
        var usersFile: WatchedFile?
        var tokenFile: WatchedFile?
        /// Digests of names and passwords that were right.
        var remembered: [[UInt8]] = []
        var generation = 0
    }

    static let remembered = 100
    private let secrets: Secrets
    private let state: Locked<State>
    /// Whether passwords are possible at all.
    let hasPasswords: Bool

    init(_ configuration: EndpointConfiguration.Authentication) throws(EndpointError) {
        let secrets = try Secrets()
        let fixed = try UserList(configuration.users)
        var state = State(fixedUsers: fixed, users: fixed)
        if let path = configuration.usersFile {
            var file = WatchedFile(path)
            _ = file.hasChanged()
            state.users = fixed + (try UserList(file: try file.read(), path: path))
            state.usersFile = file
        }
        if let path = configuration.bearerTokenFile {
            var file = WatchedFile(path)
            _ = file.hasChanged()
            state.token = try Self.token(file, secrets)
            state.tokenFile = file
        }
        hasPasswords = configuration.usersFile != nil || !configuration.users.isEmpty
        guard hasPasswords || state.token != nil else {
            throw .invalidCredentials(
                source: "the configuration", reason: "nobody could log in: there is no user and no token")
        }
        self.secrets = secrets
        self.state = Locked(state)
    }

    /// What the request headers prove.
    func check(_ headers: [String]) -> Verdict {
        guard headers.count == 1, let header = headers.first else { return .denied }
        switch Authorization(header) {
        case .malformed: return .denied
        case .bearer(let token):
            guard let digest = secrets.digest(token), let expected = state.withLock({ $0.token }) else {
                return .denied
            }
            return Secrets.areEqual(digest, expected) ? .allowed : .denied
        case .basic(let user, let password):
            guard hasPasswords, let digest = secrets.digest(user, password) else { return .denied }
            let known = state.withLock { $0.remembered }
            var isKnown = false
            for one in known where Secrets.areEqual(one, digest) { isKnown = true }
            return isKnown ? .allowed : .unknown(user: user, password: password)
        }
    }

    /// Hashes a password, which takes long, and remembers it if it is right.
    func verify(user: [UInt8], password: [UInt8]) -> Bool {
        let (users, generation) = state.withLock { ($0.users, $0.generation) }
        let (hash, isKnown) = users.hash(of: user)
        let matches = vitals_bcrypt_matches(password.map { CChar(bitPattern: $0) } + [0], hash)
        guard matches, isKnown else { return false }
        guard let digest = secrets.digest(user, password) else { return true }
        state.withLock { state in
            // The file may have changed meanwhile.
            guard state.generation == generation, !state.remembered.contains(digest) else { return }
            if state.remembered.count >= Self.remembered {
                state.remembered.remove(at: Int.random(in: 0..<state.remembered.count))
            }
            state.remembered.append(digest)
        }
        return true
    }

    /// Looks whether files changed; one that became invalid leaves what was. Returns the outcomes.
    func refresh() -> [Result<String, EndpointError>] {
        let (users, token, fixed) = state.withLock { state -> (WatchedFile?, WatchedFile?, UserList) in
            (
                state.usersFile?.hasChanged() ?? false ? state.usersFile : nil,
                state.tokenFile?.hasChanged() ?? false ? state.tokenFile : nil, state.fixedUsers
            )
        }
        var outcomes: [Result<String, EndpointError>] = []
        if let users {
            outcomes.append(
                Result { () throws(EndpointError) in
                    let list = fixed + (try UserList(file: try users.read(), path: users.path))
                    state.withLock { state in
                        state.users = list
                        state.remembered = []
                        state.generation &+= 1
                    }
                    return users.path
                })
        }
        if let token {
            outcomes.append(
                Result { () throws(EndpointError) in
                    let digest = try Self.token(token, secrets)
                    state.withLock { $0.token = digest }
                    return token.path
                })
        }
        return outcomes
    }

    private static func token(_ file: WatchedFile, _ secrets: Secrets) throws(EndpointError) -> [UInt8] {
        let token = UserList.trimmed(try file.read()[...])
        guard !token.isEmpty, token.count <= 4096, token.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidCredentials(
                source: file.path, reason: "a token is 1 to 4096 printable ASCII characters without spaces")
        }
        guard let digest = secrets.digest(Array(token)) else {
            throw .cannotStart(reason: "GnuTLS makes no digests")
        }
        return digest
    }
}
