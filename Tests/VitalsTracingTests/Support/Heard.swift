import VitalsMetrics

/// Keeps what Vitals says. The handler is one for the process, so this is for tests that run in a process of their own.
final class Heard: Sendable {
    private let kept = Locked<[String]>([])

    init() {
        Diagnostics.handle { level, message in self.add("\(level.rawValue): \(message)") }
    }

    /// The messages, each with its level in front.
    var lines: [String] { kept.withLock { $0 } }

    private func add(_ line: String) {
        kept.withLock { $0.append(line) }
    }
}
