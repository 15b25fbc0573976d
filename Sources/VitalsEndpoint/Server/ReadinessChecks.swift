import VitalsMetrics

/// What has to be in order for the program to take requests.
final class ReadinessChecks: Sendable {
    typealias Check = @Sendable () async throws -> Void

    private let checks = Locked<[(name: String, check: Check)]>([])

    func add(_ name: String, _ check: @escaping Check) {
        checks.withLock { checks in
            checks.removeAll { $0.name == name }
            checks.append((name, check))
        }
    }

    /// 200 if all checks return in time, and 503 with what the others say.
    func answer(within timeout: Duration) async -> Answer {
        let checks = checks.withLock { $0.map(\.self) }
        let pending = Pending(checks.map(\.name))
        // Not in a group: a check that hangs would be waited for.
        for (name, check) in checks {
            Task.detached {
                do {
                    try await check()
                    pending.settle(name, nil)
                } catch {
                    pending.settle(name, "\(error)")
                }
            }
        }
        let deadline = ContinuousClock.now + timeout
        var pause = Duration.milliseconds(1)
        while !pending.isSettled, ContinuousClock.now < deadline {
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        let failures = pending.failures(unsettled: "no answer within \(timeout)")
        if failures.isEmpty { return .text(200, "ready") }
        return .text(503, failures.map { "\($0.name): \($0.reason)" }.joined(separator: "\n"))
    }

    private final class Pending: Sendable {
        private let names: [String]
        private let verdicts = Locked<[String: String?]>([:])

        init(_ names: [String]) {
            self.names = names
        }

        func settle(_ name: String, _ failure: String?) {
            verdicts.withLock { $0[name] = .some(failure) }
        }

        var isSettled: Bool { verdicts.withLock { $0.count == names.count } }

        func failures(unsettled: String) -> [(name: String, reason: String)] {
            verdicts.withLock { verdicts in
                names.compactMap { name in
                    guard let verdict = verdicts[name] else { return (name, unsettled) }
                    return verdict.map { (name, $0) }
                }
            }
        }
    }
}
