import CVitals
import Testing
import VitalsMetrics

/// Threads of a test's own: tasks would share the few threads of the pool, and so their shards, and hardly ever contend.
final class Crew: Sendable {
    private let body: @Sendable (Int) -> Void
    private let started = Tally()
    private let size: Int
    private let finished = Waitable(0)

    private init(_ size: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.size = size
        self.body = body
    }

    /// Starts threads that run `body` with their numbers.
    static func start(_ size: Int, _ body: @escaping @Sendable (Int) -> Void) -> Crew {
        let crew = Crew(size, body)
        for _ in 0..<size {
            let failure = vitals_thread_start(
                { pointer in
                    let crew = Unmanaged<Crew>.fromOpaque(pointer).takeRetainedValue()
                    crew.body(crew.started.add() - 1)
                    _ = crew.finished.update { $0 += 1 }
                }, Unmanaged.passRetained(crew).toOpaque(), "test-crew")
            precondition(failure == 0, "no thread for a test")
        }
        return crew
    }

    /// Waits for all of them; false when one has not come back within `seconds`.
    func join(seconds: UInt64 = 120) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() + seconds * 1_000_000_000
        return finished.wait(until: deadline) { $0 == size }
    }

    /// Runs `body` on threads that are all alive at once, so that each has a shard of its own, and waits for them.
    static func run(_ size: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let begun = Tally()
        let done = Tally()
        let crew = start(size) { number in
            begun.add()
            _ = eventually { begun.count >= size }
            body(number)
            done.add()
            _ = eventually { done.count >= size }
        }
        #expect(crew.join())
    }
}
