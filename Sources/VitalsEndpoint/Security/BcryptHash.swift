import CMicrohttpd

/// A password's bcrypt hash, which takes its time to check.
struct BcryptHash: Sendable, Hashable {
    /// Beyond this a check takes seconds.
    static let costliest = 14

    let text: String
    let cost: Int

    init(_ text: String, user: String) throws(EndpointError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), parts[3].utf8.count == 53
        else { throw .invalidHash(user: user, reason: "it does not look like $2y$10$…, as bcrypt hashes do") }
        guard (4...Self.costliest).contains(cost) else {
            throw .invalidHash(
                user: user,
                reason: "its cost is \(cost), and each check would take too long; \(Self.costliest) is the limit")
        }
        self.text = text
        self.cost = cost
    }

    /// Takes as long as `cost` says, whether it is the password or not.
    func matches(_ password: String) -> Bool {
        Self.hash(password, text).map { hash in
            zip(hash.utf8, text.utf8).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0 && hash.utf8.count == text.utf8.count
        } ?? false
    }

    /// Takes as long as a check against a hash of this cost.
    static func waste(_ password: String, cost: Int) {
        _ = hash(password, "$2b$\(cost < 10 ? "0" : "")\(cost)$......................")
    }

    private static func hash(_ password: String, _ setting: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { out in
            guard let start = out.baseAddress, vitals_crypt(password, setting, start, out.count) else { return nil }
            return String(cString: start)
        }
    }
}
