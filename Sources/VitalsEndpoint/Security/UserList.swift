/// Users and their bcrypt hashes.
struct UserList: Sendable, Equatable {
    struct User: Sendable, Equatable {
        let name: [UInt8]
        let hash: String
    }

    static let limit = 1000
    static let costs = 4...14
    private(set) var users: [User] = []
    /// The highest cost of all: what an unknown user is made to cost.
    private(set) var cost = 10

    /// The users of `user:hash` lines; empty lines and those that start with `#` do not count.
    init(file bytes: [UInt8], path: String) throws(EndpointError) {
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            let line = Self.trimmed(line)
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .invalidCredentials(source: path, reason: "line \(number + 1) has no colon")
            }
            let hash = String(decoding: line[(colon + 1)...], as: UTF8.self)
            try add(Array(line[..<colon]), hash, "line \(number + 1)", path)
        }
        finish()
    }

    init(_ users: [String: String]) throws(EndpointError) {
        for (name, hash) in users { try add(Array(name.utf8), hash, "the hash of '\(name)'", "the configuration") }
        finish()
    }

    static func + (one: UserList, two: UserList) -> UserList {
        var both = one
        both.users += two.users.filter { new in !one.users.contains { $0.name == new.name } }
        both.finish()
        return both
    }

    /// The hash to try for a user; for an unknown one it is one that no password has and that costs as much.
    func hash(of name: [UInt8]) -> (hash: String, isKnown: Bool) {
        var found: String?
        for user in users where Secrets.areEqual(user.name, name) { found = user.hash }
        let dummy = "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(repeating: ".", count: 53)
        return (found ?? dummy, found != nil)
    }

    private mutating func add(_ name: [UInt8], _ hash: String, _ place: String, _ source: String) throws(EndpointError)
    {
        guard !name.isEmpty, !name.contains(UInt8(ascii: ":")), !name.contains(0), name.count < 256 else {
            throw .invalidCredentials(source: source, reason: "\(place) has no valid user name")
        }
        guard let cost = Self.cost(hash) else {
            throw .invalidCredentials(source: source, reason: "\(place) is no bcrypt hash ($2a$, $2b$ or $2y$)")
        }
        guard Self.costs.contains(cost) else {
            throw .invalidCredentials(
                source: source,
                reason:
                    "\(place) has the cost \(cost), which is beyond \(Self.costs.lowerBound) to \(Self.costs.upperBound)"
            )
        }
        guard users.count < Self.limit else { throw .tooMany("users", limit: Self.limit) }
        users.append(User(name: name, hash: hash))
    }

    private mutating func finish() {
        cost = users.compactMap { Self.cost($0.hash) }.max() ?? 10
    }

    private static func cost(_ hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(where: { bytes.starts(with: $0.utf8) }),
            bytes[6] == UInt8(ascii: "$"), bytes[7...].allSatisfy(isDigit),
            bytes[4..<6].allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        return Int(bytes[4] - UInt8(ascii: "0")) * 10 + Int(bytes[5] - UInt8(ascii: "0"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return bytes[first...last]
    }
}
