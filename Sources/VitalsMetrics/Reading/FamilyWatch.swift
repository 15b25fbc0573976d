import Synchronization

/// Hears of every family of a registry, until it is cancelled.
package final class FamilyWatch: Sendable {
    let body: @Sendable (FamilyDescription) -> Void
    let isCancelled = Atomic(false)

    init(_ body: @escaping @Sendable (FamilyDescription) -> Void) {
        self.body = body
    }

    /// Ends the watch. Safe to call twice.
    package func cancel() {
        isCancelled.store(true, ordering: .releasing)
    }
}
