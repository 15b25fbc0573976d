import Synchronization

/// What only one part of a program may report from a registry, as the sum of two would be wrong.
package final class RegistryClaim: Sendable {
    private let registry: Registry
    private let subject: String
    private let isHeld = Atomic(true)

    fileprivate init(_ registry: Registry, _ subject: String) {
        self.registry = registry
        self.subject = subject
    }

    /// Lets others claim it. Safe to call twice.
    package func release() {
        guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
        registry.state.withLock { _ = $0.claims.remove(subject) }
    }
}

extension Meter {
    /// Claims a subject for the caller; nil while another one has it in this registry.
    package func claim(_ subject: String) -> RegistryClaim? {
        let isNew = registry.state.withLock { $0.claims.insert(subject).inserted }
        return isNew ? RegistryClaim(registry, subject) : nil
    }
}
