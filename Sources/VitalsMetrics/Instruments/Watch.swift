import Synchronization

/// A registered callback, until it is cancelled. It stays registered when the value is let go.
public final class Watch: Sendable {
    let instruments: [InstrumentCore]
    let body: @Sendable (ObservationLog) throws -> Void
    let isCancelled = Atomic(false)
    /// One reader's round is in the callback.
    let isRunning = Atomic(false)
    /// It outran its deadline: nobody waits for it, and it is not started again before it has come back.
    let isStuck = Atomic(false)

    init(_ instruments: [InstrumentCore], _ body: @escaping @Sendable (ObservationLog) throws -> Void) {
        self.instruments = instruments
        self.body = body
    }

    /// Stops the callback. Safe at any time, also while it runs.
    public func cancel() {
        isCancelled.store(true, ordering: .releasing)
    }

    var name: String {
        instruments.map(\.descriptor.name).joined(separator: ", ")
    }
}
