import Synchronization

/// Room for so many at a time.
final class Room: Sendable {
    let size: Int
    private let taken = Atomic(0)

    init(for size: Int) {
        self.size = size
    }

    /// Takes a place; false if there is none. Whoever got one gives it back with `leave`.
    func enter() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).newValue > size else { return true }
        leave()
        return false
    }

    func leave() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }
}
