import VitalsMetrics

/// A thread that runs the work of an actor that blocks: the threads that all other tasks share must not wait for disks.
final class DatabaseThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isClosed = false
    }

    private let queue = Waitable(Queue())

    init() throws(StartError) {
        // Not the thread itself keeps the executor, as nobody would end it: whoever has a job in the queue does.
        let worker = Worker("shop-database") { [queue, unowned self] in
            while let jobs = Self.next(queue) {
                for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            }
        }
        guard worker != nil else { throw StartError(description: "the system has no thread for the database") }
    }

    deinit {
        _ = queue.update { $0.isClosed = true }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        _ = queue.update { $0.jobs.append(job) }
    }

    /// Waits for jobs; nil when there will be none any more.
    private static func next(_ queue: Waitable<Queue>) -> [UnownedJob]? {
        _ = queue.wait(until: .max) { !$0.jobs.isEmpty || $0.isClosed }
        let jobs = queue.update { queue in
            defer { queue.jobs = [] }
            return queue.jobs
        }
        return jobs.flatMap { $0.isEmpty ? nil : $0 }
    }
}
