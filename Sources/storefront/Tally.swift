import Synchronization

/// What the shop did, for the line at the end. Metrics are for those who watch it meanwhile.
final class Tally: Sendable {
    /// A number that only grows.
    struct Count: ~Copyable, Sendable {
        private let number = Atomic(0)

        func add() {
            number.wrappingAdd(1, ordering: .relaxed)
        }

        var value: Int { number.load(ordering: .relaxed) }
    }

    let requests = Count()
    /// Checkouts that have begun, and those of them that are over.
    let checkoutsBegun = Count()
    let checkoutsOver = Count()
    let orders = Count()
    let processed = Count()
    let dropped = Count()
    let deduplicated = Count()
}
