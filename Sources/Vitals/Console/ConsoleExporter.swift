import VitalsMetrics

/// Shows metrics on standard output, a line for each point.
final class ConsoleExporter: SnapshotExporter {
    let temporality: Temporality
    let title = "the console"

    /// The bytes of one output; points beyond it are counted.
    private let limit: Int
    private let writer: ConsoleWriter

    /// Shows totals or changes on a descriptor, by default standard output.
    convenience init(temporality: Temporality = .cumulative, descriptor: Int32 = 1) {
        self.init(temporality: temporality, write: ConsoleWriter.to(descriptor))
    }

    /// Hands what is shown to `write`.
    init(temporality: Temporality = .cumulative, limit: Int = 4 << 20, write: @escaping ConsoleWriter.Write) {
        self.temporality = temporality
        self.limit = limit
        writer = ConsoleWriter("metrics", write)
    }

    /// How many outputs were not taken, or only in part.
    var failureCount: Int { writer.failureCount }

    func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard !writer.isOver(by: deadline) else { return false }
        var text = ConsoleText(limit: limit)
        // What broke off in the middle of a line is ended first.
        if writer.isFailing { text.breakLine() }
        do throws(ReaderError) {
            try reader.collect(timeout: .until(deadline)) { text.append($0) }
        } catch {
            // A shutdown that cuts an output off says nothing of its own.
            if error != .isShutDown { Diagnostics.log(.warning, "nothing is shown on the console: \(error)") }
            return false
        }
        // Not while the registry is being read: a terminal may be slow.
        text.close()
        let isWritten = writer.write(text.bytes, until: deadline)
        if isWritten { reader.commit() } else { reader.rollback() }
        return isWritten
    }

    func hurry(to deadline: UInt64) { writer.hurry(to: deadline) }

    func cancel() { writer.cancel() }

    func shutdown() { writer.cancel() }
}
