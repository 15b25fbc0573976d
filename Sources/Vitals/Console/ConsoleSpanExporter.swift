import CVitals
import VitalsMetrics
import VitalsTracing

/// Shows spans on standard output, a line for each, with lines for its events and links below.
final class ConsoleSpanExporter: SpanExporter {
    /// The bytes of one output; spans beyond it are counted.
    private let limit: Int
    private let writer: ConsoleWriter

    /// Shows spans on a descriptor, by default standard output.
    convenience init(descriptor: Int32 = 1) {
        self.init(write: ConsoleWriter.to(descriptor))
    }

    /// Hands what is shown to `write`.
    init(limit: Int = 4 << 20, write: @escaping ConsoleWriter.Write) {
        self.limit = limit
        writer = ConsoleWriter("spans", write)
    }

    func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        guard !writer.isOver(by: deadline) else { return false }
        var text = ConsoleSpans(limit: limit)
        // What broke off in the middle of a line is ended first.
        if writer.isFailing { text.breakLine() }
        for span in spans { text.append(span) }
        text.close()
        return writer.write(text.bytes, until: deadline)
    }

    func hurry(within time: Duration?) {
        writer.hurry(to: time.map { vitals_monotonic_nanoseconds() &+ $0.nanoseconds } ?? .max)
    }

    func cancel() { writer.cancel() }

    func shutdown() { writer.cancel() }
}
