import CVitals
import Synchronization
import Testing

@testable import VitalsMetrics

/// Threads of a test's own, as tasks would share the few threads of the pool.
final class Crew: Sendable {
    private let body: @Sendable (Int) -> Void
    private let started = Atomic(0)
    private let finished = Waitable(0)

    private init(_ body: @escaping @Sendable (Int) -> Void) {
        self.body = body
    }

    /// Runs `body` on `size` threads with their numbers, and waits for them.
    static func run(_ size: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let crew = Crew(body)
        for _ in 0..<size {
            let failure = vitals_thread_start(
                { pointer in
                    let crew = Unmanaged<Crew>.fromOpaque(pointer).takeRetainedValue()
                    crew.body(crew.started.add(1, ordering: .relaxed).oldValue)
                    _ = crew.finished.update { $0 += 1 }
                }, Unmanaged.passRetained(crew).toOpaque(), "test-crew")
            precondition(failure == 0, "no thread for a test")
        }
        let deadline = vitals_monotonic_nanoseconds() + 60_000_000_000
        #expect(crew.finished.wait(until: deadline) { $0 == size })
    }
}

extension Registry {
    /// How many declarations and views were wrong or contradicted each other.
    var conflicts: Int { context.conflicts.load(ordering: .relaxed) }
}
