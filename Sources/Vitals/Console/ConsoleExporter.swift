import CVitals
import Synchronization
import VitalsMetrics

/// Shows metrics on standard output, a line for each point.
final class ConsoleExporter: SnapshotExporter {
    /// Writes bytes until a deadline that may move, and returns why not all were written, or nil.
    typealias Write = @Sendable (_ bytes: [UInt8], _ deadline: () -> UInt64) -> String?

    let temporality: Temporality
    let title = "the console"

    /// The bytes of one output; points beyond it are counted.
    private let limit: Int
    private let write: Write
    /// By when the export that is under way has to end; later ones are in no hurry.
    private let hurried = Atomic<UInt64>(.max)
    private let isShutDown = Atomic(false)
    private let failures = Atomic<Int>(0)
    private let isFailing = Atomic(false)

    /// Shows totals or changes on a descriptor, by default standard output.
    convenience init(temporality: Temporality = .cumulative, descriptor: Int32 = 1) {
        let output = ConsoleOutput(descriptor: descriptor)
        self.init(temporality: temporality) { output.write($0, deadline: $1) }
    }

    /// Hands what is shown to `write`.
    init(temporality: Temporality = .cumulative, limit: Int = 4 << 20, write: @escaping Write) {
        self.temporality = temporality
        self.limit = limit
        self.write = write
    }

    /// How many outputs were not taken, or only in part.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard vitals_monotonic_nanoseconds() < deadline, !isShutDown.load(ordering: .acquiring) else { return false }
        var text = ConsoleText(limit: limit)
        // What broke off in the middle of a line is ended first.
        if isFailing.load(ordering: .relaxed) { text.breakLine() }
        do throws(ReaderError) {
            try reader.collect(timeout: .until(deadline)) { text.append($0) }
        } catch {
            // A shutdown that cuts an output off says nothing of its own.
            if error != .isShutDown { Diagnostics.log(.warning, "nothing is shown on the console: \(error)") }
            return false
        }
        // Not while the registry is being read: a terminal may be slow.
        text.close()
        let problem = write(text.bytes) {
            self.isShutDown.load(ordering: .acquiring) ? 0 : min(deadline, self.hurried.load(ordering: .acquiring))
        }
        if let problem {
            reader.rollback()
            failures.add(1, ordering: .relaxed)
            if !isFailing.exchange(true, ordering: .relaxed) {
                Diagnostics.log(.error, "metrics cannot be shown on the console: \(problem); it is tried again")
            }
        } else {
            reader.commit()
            if isFailing.exchange(false, ordering: .relaxed) {
                Diagnostics.log(.info, "metrics are shown on the console again")
            }
        }
        return problem == nil
    }

    func hurry(to deadline: UInt64) {
        hurried.store(deadline, ordering: .releasing)
    }

    func cancel() {
        isShutDown.store(true, ordering: .releasing)
    }

    func shutdown() {
        cancel()
    }
}
