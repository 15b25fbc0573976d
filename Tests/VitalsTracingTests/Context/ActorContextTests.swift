import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTracing

struct ActorContextTests {
    /// Runs jobs on a thread of its own, and counts them.
    private final class CountingExecutor: SerialExecutor {
        let jobs = Atomic(0)
        private let queue = Waitable<[UnownedJob]>([])

        /// Runs jobs until `isOver` says so.
        func serve(until isOver: @escaping @Sendable () -> Bool) -> Bool {
            let worker = Worker("counting") { [self] in
                while !isOver() {
                    _ = queue.wait(until: vitals_monotonic_nanoseconds() &+ 10_000_000) { !$0.isEmpty }
                    let next: [UnownedJob]? = queue.update { queue in
                        defer { queue = [] }
                        return queue
                    }
                    for job in next ?? [] { job.runSynchronously(on: asUnownedSerialExecutor()) }
                }
            }
            return worker != nil
        }

        func enqueue(_ job: consuming ExecutorJob) {
            jobs.add(1, ordering: .relaxed)
            let job = UnownedJob(job)
            _ = queue.update { $0.append(job) }
        }
    }

    private actor Counting {
        private let executor: CountingExecutor
        private var count = 0

        init(_ executor: CountingExecutor) { self.executor = executor }

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        /// How many jobs it took to make spans and contexts.
        func work(_ tracer: Tracer) async -> Int {
            let before = executor.jobs.load(ordering: .relaxed)
            for _ in 0..<100 {
                await tracer.withSpan("step") { _ in await next() }
                await withContext(Context()) { await next() }
                await withBaggage(["a": "b"]) { await next() }
            }
            return executor.jobs.load(ordering: .relaxed) - before
        }

        private func next() async { count += 1 }
    }

    @Test func whatAnActorDoesInASpanStaysOnTheActor() async {
        let executor = CountingExecutor()
        let isOver = Waitable(false)
        defer { _ = isOver.update { $0 = true } }
        #expect(executor.serve { isOver.update { $0 } ?? true })
        #expect(await Counting(executor).work(TracerProvider().tracer("test")) == 0)
    }
}
