import Testing

@testable import storefront

@Suite struct LoadMixTests {
    private func visits(_ count: Int, seed: Int) -> [LoadMix.Visit] {
        var mix = LoadMix(seed: seed)
        return (0..<count).map { _ in mix.next() }
    }

    @Test func theSameSeedMakesTheSameVisits() {
        #expect(visits(1000, seed: 5) == visits(1000, seed: 5))
        #expect(visits(1000, seed: 5) != visits(1000, seed: 6))
    }

    @Test func sharesAreThoseOfTheMix() {
        var counts: [String: Int] = [:]
        for visit in visits(100_000, seed: 1) {
            switch visit {
            case .user(let id):
                counts["user", default: 0] += 1
                #expect((1...Schema.users).contains(id))
            case .session(let id):
                counts["session", default: 0] += 1
                #expect((1...Schema.sessions).contains(id))
            case .checkout(let id):
                counts["checkout", default: 0] += 1
                #expect((1...Schema.carts).contains(id))
            case .unknownUser(let id):
                counts["unknown", default: 0] += 1
                #expect(id > Schema.users)
            case .malformed: counts["malformed", default: 0] += 1
            }
        }
        for (kind, share) in [
            ("user", 50_000), ("session", 30_000), ("checkout", 15_000), ("unknown", 3000), ("malformed", 2000),
        ] {
            #expect(abs(counts[kind, default: 0] - share) < 500, "\(kind)")
        }
    }

    @Test func visitsAreRequests() {
        let table: [(LoadMix.Visit, String)] = [
            (.user(3), "GET /api/users/3"), (.session(4), "GET /api/sessions/4"),
            (.checkout(5), "POST /api/checkout/5"), (.unknownUser(900), "GET /api/users/900"),
            (.malformed, "GET /api/users/nobody"),
        ]
        for (visit, line) in table { #expect("\(visit.method) \(visit.path)" == line) }
    }
}
