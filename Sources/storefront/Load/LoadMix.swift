/// What visitors of the shop ask for, in believable shares.
struct LoadMix: Sendable {
    enum Visit: Sendable, Equatable {
        case user(Int)
        case session(Int)
        case checkout(Int)
        case unknownUser(Int)
        case malformed

        var method: String {
            if case .checkout = self { "POST" } else { "GET" }
        }

        var path: String {
            switch self {
            case .user(let id), .unknownUser(let id): "/api/users/\(id)"
            case .session(let id): "/api/sessions/\(id)"
            case .checkout(let cart): "/api/checkout/\(cart)"
            case .malformed: "/api/users/nobody"
            }
        }
    }

    private var generator: SeededGenerator

    init(seed: Int) {
        generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed)))
    }

    /// The next visit: half of them look at users, three in ten at sessions, three in twenty check out; a few ask for
    /// what is not there.
    mutating func next() -> Visit {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<50: .user(.random(in: 1...Schema.users, using: &generator))
        case 50..<80: .session(.random(in: 1...Schema.sessions, using: &generator))
        case 80..<95: .checkout(.random(in: 1...Schema.carts, using: &generator))
        case 95..<98: .unknownUser(.random(in: Schema.users + 1...10 * Schema.users, using: &generator))
        default: .malformed
        }
    }
}
