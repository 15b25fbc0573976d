import CVitals
import VitalsMetrics

/// Hashes passwords, one at a time, on a thread of its own; who comes when many wait is sent away.
final class PasswordDesk: Sendable {
    struct Job: Sendable {
        let exchange: Exchange
        let user: [UInt8]
        let password: [UInt8]
        let done: @Sendable (Bool) -> Void
    }

    private struct State: Sendable {
        var waiting: [Job] = []
        var isStopping = false
    }

    /// How many may wait, and how many of one address: a flood from one place leaves room for others.
    static let limit = 16
    static let limitPerAddress = 4
    private let credentials: Credentials
    private let state = Waitable(State())

    init(_ credentials: Credentials) {
        self.credentials = credentials
    }

    /// Queues a password; false if too many wait.
    func enqueue(_ job: Job) -> Bool {
        state.update { state in
            let group = job.exchange.connection.address.group
            let neighbours = state.waiting.count { $0.exchange.connection.address.group == group }
            guard state.waiting.count < Self.limit, neighbours < Self.limitPerAddress, !state.isStopping else {
                return false
            }
            state.waiting.append(job)
            return true
        } ?? false
    }

    func stop() {
        _ = state.update { $0.isStopping = true }
    }

    /// The body of the thread.
    func run() {
        while true {
            let longest = vitals_monotonic_nanoseconds() &+ 3_600_000_000_000
            _ = state.wait(until: longest) { !$0.waiting.isEmpty || $0.isStopping }
            let next = state.update { state -> (job: Job?, isStopping: Bool) in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isStopping)
            }
            guard let next else { return }
            if let job = next.job {
                // Whoever was answered by a timeout or went away is not worth the work.
                guard job.exchange.answer == nil else { continue }
                job.done(credentials.verify(user: job.user, password: job.password))
            } else if next.isStopping {
                return
            }
        }
    }
}
