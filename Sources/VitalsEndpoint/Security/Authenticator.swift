import CMicrohttpd
import CVitals
import VitalsMetrics

/// Tells who may see metrics. Checking a password takes long on purpose, so it is done once and remembered for as long
/// as the passwords do not change.
final class Authenticator: Sendable {
    enum Verdict {
        case allowed
        case denied
        /// The password has to be checked, elsewhere than on the thread of a daemon.
        case unknown(check: @Sendable () -> Bool)
    }

    private struct State {
        var users: [String: BcryptHash] = [:]
        var token: String?
        var usersFile: WatchedFile?
        var tokenFile: WatchedFile?
        /// Keyed digests of the credentials that were right.
        var verified: [[UInt8]] = []
        /// Counts changes of the passwords.
        var edition = 0
    }

    private static let mostVerified = 100

    private let given: [String: BcryptHash]
    /// Chosen anew in each process, so that nobody can make digests that meet.
    private let key: [UInt64]
    private let metrics: EndpointMetrics
    private let state = Locked(State())

    init(_ configuration: EndpointConfiguration.Authentication, _ metrics: EndpointMetrics) throws(EndpointError) {
        var given: [String: BcryptHash] = [:]
        for (user, hash) in configuration.users { given[user] = try BcryptHash(hash, user: user) }
        self.given = given
        self.metrics = metrics
        key = (0..<4).map { _ in vitals_random() }
        var usersFile = configuration.usersFile.map { WatchedFile($0) }
        var tokenFile = configuration.bearerTokenFile.map { WatchedFile($0) }
        let users = try Self.users(given, &usersFile)
        let token = try Self.token(&tokenFile)
        guard !users.isEmpty || token != nil else {
            throw .system("authentication is asked for, but there is neither a user nor a token")
        }
        let state = (users, token, usersFile, tokenFile)
        self.state.withLock { ($0.users, $0.token, $0.usersFile, $0.tokenFile) = state }
    }

    /// What a client asks for to be let in.
    static let challenge = "Basic realm=\"metrics\", charset=\"UTF-8\""

    /// Judges the value of an Authorization header.
    func judge(_ header: String?) -> Verdict {
        guard let header, let blank = header.firstIndex(of: " ") else { return .denied }
        let credentials = header[header.index(after: blank)...].drop { $0 == " " }
        switch header[..<blank].lowercased() {
        case "bearer":
            let token = state.withLock { $0.token }
            return token.map { isSame(credentials, $0) } == true ? .allowed : .denied
        case "basic":
            guard let digest = digest(credentials) else { return .denied }
            let (isVerified, edition) = state.withLock { ($0.verified.contains { isSame($0, digest) }, $0.edition) }
            if isVerified { return .allowed }
            guard let (user, password) = Self.decode(credentials) else { return .denied }
            return .unknown { [self] in check(user, password, digest, edition) }
        default: return .denied
        }
    }

    private func check(_ user: String, _ password: String, _ digest: [UInt8], _ edition: Int) -> Bool {
        let (hash, cost) = state.withLock { ($0.users[user], $0.users.values.map(\.cost).max()) }
        guard let hash else {
            // As long as for a user that there is.
            BcryptHash.waste(password, cost: cost ?? 10)
            return false
        }
        guard hash.matches(password) else { return false }
        state.withLock { state in
            guard state.edition == edition else { return }
            if state.verified.count >= Self.mostVerified {
                state.verified.remove(at: Int(vitals_random() % UInt64(state.verified.count)))
            }
            state.verified.append(digest)
        }
        return true
    }

    /// Reads files again that have changed. What cannot be used leaves everything as it is.
    func reload() {
        let (usersFile, tokenFile) = state.withLock { ($0.usersFile, $0.tokenFile) }
        guard usersFile?.hasChanged() == true || tokenFile?.hasChanged() == true else { return }
        var files = (usersFile, tokenFile)
        do throws(EndpointError) {
            let users = try Self.users(given, &files.0)
            let token = try Self.token(&files.1)
            state.withLock { state in
                state.users = users
                state.token = token
                state.verified = []
                state.edition += 1
            }
            metrics.reloads["success"].add(1)
        } catch {
            Diagnostics.log(.warning, "changed passwords are not used, the former ones stay: \(error)")
            metrics.reloads["failure"].add(1)
        }
        let read = files
        state.withLock { ($0.usersFile, $0.tokenFile) = read }
    }

    private static func users(
        _ given: [String: BcryptHash], _ file: inout WatchedFile?
    ) throws(EndpointError) -> [String: BcryptHash] {
        var users = given
        guard let text = try file?.read() else { return users }
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw .file(file?.path ?? "", reason: "a line is not user:hash, as htpasswd -B writes it")
            }
            users[parts[0]] = try BcryptHash(parts[1], user: parts[0])
        }
        return users
    }

    private static func token(_ file: inout WatchedFile?) throws(EndpointError) -> String? {
        guard let text = try file?.read() else { return nil }
        let token = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !token.isEmpty else { throw .file(file?.path ?? "", reason: "there is no token in it") }
        return token
    }

    private func digest(_ text: some StringProtocol) -> [UInt8]? {
        var text = String(text)
        var digest = [UInt8](repeating: 0, count: 32)
        let isMade = key.withUnsafeBytes { key in
            text.withUTF8 { text in
                guard let key = key.baseAddress, let start = text.baseAddress else { return false }
                return vitals_hmac_sha256(key, 32, start, text.count, &digest)
            }
        }
        return isMade ? digest : nil
    }

    private func isSame(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        zip(first, second).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
    }

    private func isSame(_ first: some StringProtocol, _ second: some StringProtocol) -> Bool {
        guard let first = digest(first), let second = digest(second) else { return false }
        return isSame(first, second)
    }

    /// User and password of basic credentials.
    private static func decode(_ text: some StringProtocol) -> (user: String, password: String)? {
        guard let bytes = Base64.decode(text), let decoded = String(validating: bytes, as: UTF8.self),
            let colon = decoded.firstIndex(of: ":"), !decoded.utf8.contains(0)
        else { return nil }
        return (String(decoded[..<colon]), String(decoded[decoded.index(after: colon)...]))
    }
}
