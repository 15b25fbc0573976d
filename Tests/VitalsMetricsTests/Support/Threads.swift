import CVitals
import Synchronization

/// Runs work on threads of its own: tasks would share the few threads of the pool, and so their shards.
enum Threads {
    fileprivate final class Job: Sendable {
        let body: @Sendable () -> Void
        let left: Atomic<Int>

        init(_ count: Int, _ body: @escaping @Sendable () -> Void) {
            left = Atomic(count)
            self.body = body
        }
    }

    /// Threads that were started and may still run.
    struct Running: Sendable {
        fileprivate let jobs: [Job]

        /// Returns when all of them have done their work.
        func wait() {
            for job in jobs {
                while job.left.load(ordering: .acquiring) > 0 { vitals_yield() }
            }
        }
    }

    /// Starts `count` threads, each with its number.
    static func start(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Running {
        let jobs = (0..<count).map { number in Job(1) { body(number) } }
        for job in jobs {
            let context = Unmanaged.passRetained(job)
            let failure = vitals_thread_start(
                { context in
                    let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
                    job.body()
                    job.left.store(0, ordering: .releasing)
                }, context.toOpaque(), "test")
            precondition(failure == 0, "no thread: errno \(failure)")
        }
        return Running(jobs: jobs)
    }

    /// Runs `body` on `count` threads, all alive at once, and waits for them.
    static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let arrived = Arrivals()
        start(count) { number in
            // Each must have a shard of its own, so nobody may end before all have begun.
            arrived.count.add(1, ordering: .acquiringAndReleasing)
            while arrived.count.load(ordering: .acquiring) < count { vitals_yield() }
            body(number)
            arrived.done.add(1, ordering: .acquiringAndReleasing)
            while arrived.done.load(ordering: .acquiring) < count { vitals_yield() }
        }.wait()
    }

    private final class Arrivals: Sendable {
        let count = Atomic(0)
        let done = Atomic(0)
    }
}
