import Synchronization

/// A registered callback, until it is cancelled. It stays registered when the value is let go.
public final class Watch: Sendable {
    let instruments: [InstrumentCore]
    /// What it tells of, if no other may tell of it through the same instruments.
    let subject: String?
    let body: @Sendable (ObservationLog) throws -> Void
    let isCancelled = Atomic(false)
    /// One reader's round is in the callback.
    let isRunning = Atomic(false)
    /// It outran its deadline: nobody waits for it, and it is not started again before it has come back.
    let isStuck = Atomic(false)

    init(
        _ instruments: [InstrumentCore], of subject: String? = nil,
        _ body: @escaping @Sendable (ObservationLog) throws -> Void
    ) {
        self.instruments = instruments
        self.subject = subject
        self.body = body
    }

    /// Stops the callback. Safe at any time, also while it runs.
    public func cancel() {
        isCancelled.store(true, ordering: .releasing)
    }

    /// Whether it tells what `other` tells.
    func isAnother(of other: Watch) -> Bool {
        subject != nil && subject == other.subject && instruments.elementsEqual(other.instruments, by: ===)
    }

    var name: String {
        instruments.map(\.descriptor.name).joined(separator: ", ")
    }
}
