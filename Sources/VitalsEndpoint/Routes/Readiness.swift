import CVitals
import VitalsMetrics

/// The checks of `/readyz`. Requests that come while checks run share their outcome; a check that has not come back is
/// not started again.
final class Readiness: Sendable {
    typealias Check = @Sendable () async throws -> Void

    private struct Named: Sendable {
        let name: String
        let check: Check
        var isRunning = false
    }

    private struct Run: Sendable {
        var pending: Set<String>
        var failures: [String: String]
        var waiting: [@Sendable (Answer) -> Void]
        let number: Int
        /// Monotonic nanoseconds.
        let deadline: UInt64
    }

    private struct State: Sendable {
        var checks: [Named] = []
        var run: Run?
        var runs = 0
    }

    static let limit = 100
    private let timeout: Duration
    private let state = Locked(State())

    init(timeout: Duration) {
        self.timeout = timeout
    }

    func add(_ name: String, _ check: @escaping Check) throws(EndpointError) {
        try state.withLock { state throws(EndpointError) in
            let rest = state.checks.filter { $0.name != name }
            guard rest.count < Self.limit else { throw .tooMany("readiness checks", limit: Self.limit) }
            state.checks = rest + [Named(name: name, check: check)]
        }
    }

    /// Lets go of the checks, which may hold whatever holds the endpoint.
    func forget() {
        let former = state.withLock { state in
            defer { state.checks = [] }
            return state.checks
        }
        _ = former.count
    }

    /// Runs the checks, or joins those who wait for them.
    func ask(_ done: @escaping @Sendable (Answer) -> Void) {
        let (begun, number) = state.withLock { state -> ([Named], Int) in
            if state.run != nil {
                state.run?.waiting.append(done)
                return ([], 0)
            }
            state.runs &+= 1
            let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
            var run = Run(pending: [], failures: [:], waiting: [done], number: state.runs, deadline: deadline)
            var begun: [Named] = []
            for index in state.checks.indices {
                let name = state.checks[index].name
                if state.checks[index].isRunning {
                    run.failures[name] = "has not come back from an earlier request"
                } else {
                    state.checks[index].isRunning = true
                    run.pending.insert(name)
                    begun.append(state.checks[index])
                }
            }
            state.run = run
            return (begun, state.runs)
        }
        guard number > 0 else { return }
        if begun.isEmpty { return finish(number) }
        for named in begun {
            Task {
                var failure: String?
                do { try await named.check() } catch { failure = "\(error)" }
                returned(named.name, failure, number)
            }
        }
    }

    /// Ends a run whose time is up. Not by a task that sleeps: handlers that block may leave no thread for it.
    func tick(_ now: UInt64) {
        let overdue = state.withLock { state in state.run.flatMap { $0.deadline <= now ? $0.number : nil } }
        if let overdue { finish(overdue) }
    }

    private func returned(_ name: String, _ failure: String?, _ number: Int) {
        let isLast = state.withLock { state in
            if let index = state.checks.firstIndex(where: { $0.name == name }) {
                state.checks[index].isRunning = false
            }
            guard state.run?.number == number else { return false }
            state.run?.pending.remove(name)
            if let failure { state.run?.failures[name] = failure }
            return state.run?.pending.isEmpty ?? false
        }
        if isLast { finish(number) }
    }

    private func finish(_ number: Int) {
        let run = state.withLock { state -> Run? in
            guard state.run?.number == number else { return nil }
            defer { state.run = nil }
            return state.run
        }
        guard let run else { return }
        var failures = run.failures
        for name in run.pending { failures[name] = "took longer than \(timeout)" }
        let names = failures.keys.sorted()
        for name in names {
            Diagnostics.log(.warning, "not ready: \(name): \(Self.line(failures[name] ?? ""))")
        }
        // Names only: errors may tell what nobody outside should read, and no one has to log in here.
        let answer =
            names.isEmpty ? Answer.text(200, "ready") : .text(503, "not ready\n" + names.joined(separator: "\n"))
        for done in run.waiting { done(answer) }
    }

    /// One line of what an error says, and not all of a long one.
    private static func line(_ text: String) -> String {
        String(text.prefix(200).map { $0.isNewline ? " " : $0 })
    }
}
