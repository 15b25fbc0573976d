import CVitals
import Synchronization
import VitalsMetrics

/// Writes one text after the other, each until a deadline that may move, and says once when that fails and once when it
/// succeeds again.
final class ConsoleWriter: Sendable {
    /// Writes bytes until a deadline that may move, and returns why not all were written, or nil.
    typealias Write = @Sendable (_ bytes: [UInt8], _ deadline: () -> UInt64) -> String?

    /// What is written, for messages.
    private let subject: String
    private let output: Write
    /// By when what is under way has to end; later texts are in no hurry.
    private let hurried = Atomic<UInt64>(.max)
    private let isShutDown = Atomic(false)
    private let failures = Atomic<Int>(0)
    private let failing = Atomic(false)

    init(_ subject: String, _ output: @escaping Write) {
        self.subject = subject
        self.output = output
    }

    /// Writes to a descriptor.
    static func to(_ descriptor: Int32) -> Write {
        let output = ConsoleOutput(descriptor: descriptor)
        return { output.write($0, deadline: $1) }
    }

    /// How many texts were not taken, or only in part.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Whether the last text may have broken off in the middle of a line.
    var isFailing: Bool { failing.load(ordering: .relaxed) }

    /// Whether nothing can be written any more by `deadline`.
    func isOver(by deadline: UInt64) -> Bool {
        isShutDown.load(ordering: .acquiring) || vitals_monotonic_nanoseconds() >= deadline
    }

    /// True if all of `bytes` was written by `deadline` (monotonic nanoseconds).
    func write(_ bytes: [UInt8], until deadline: UInt64) -> Bool {
        let problem = output(bytes) {
            self.isShutDown.load(ordering: .acquiring) ? 0 : min(deadline, self.hurried.load(ordering: .acquiring))
        }
        if let problem {
            failures.add(1, ordering: .relaxed)
            if !failing.exchange(true, ordering: .relaxed) {
                Diagnostics.log(.error, "\(subject) cannot be shown on the console: \(problem); it is tried again")
            }
        } else if failing.exchange(false, ordering: .relaxed) {
            Diagnostics.log(.info, "\(subject) are shown on the console again")
        }
        return problem == nil
    }

    func hurry(to deadline: UInt64) {
        hurried.store(deadline, ordering: .releasing)
    }

    func cancel() {
        isShutDown.store(true, ordering: .releasing)
    }
}
