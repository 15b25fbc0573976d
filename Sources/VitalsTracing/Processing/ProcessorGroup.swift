import CVitals
import VitalsMetrics

/// Processors that are told of the same spans.
package struct ProcessorGroup: Sendable {
    /// The processors, in the order in which they are told.
    package let all: [any SpanProcessor]

    /// A group of processors.
    package init(_ all: [any SpanProcessor]) {
        self.all = all
    }

    /// Delivers the spans that have ended until now. True if all processors did so within `timeout`.
    package func flush(timeout: Duration) -> Bool {
        ask(timeout) { $0.flush(timeout: $1) }
    }

    /// Delivers what there is and ends. True if all processors did so within `timeout`.
    package func shutdown(timeout: Duration) -> Bool {
        ask(timeout) { $0.shutdown(timeout: $1) }
    }

    /// Asks all at once, so that one that hangs does not take the time of the others.
    private func ask(
        _ timeout: Duration, _ question: @escaping @Sendable (any SpanProcessor, Duration) -> Bool
    ) -> Bool {
        guard all.count > 1 else { return all.allSatisfy { question($0, timeout) } }
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        let answers = Waitable<[Bool]>([])
        // A processor knows by the context that it is an exporter who asks.
        let context = Context.current
        for processor in all {
            let ask: @Sendable () -> Void = {
                let answer = withContext(context) { question(processor, .until(deadline)) }
                _ = answers.update { $0.append(answer) }
            }
            if Worker("vitals-spans", ask) == nil { ask() }
        }
        _ = answers.wait(until: deadline) { $0.count == all.count }
        return answers.update { $0.count == all.count && $0.allSatisfy(\.self) } ?? false
    }
}
