import Synchronization
import Vitals

/// Two threads that make spans.
final class SpanLoad: Sendable {
    private let tracer: Tracer
    private let ended = Waitable(0)

    init(_ tracer: Tracer) {
        self.tracer = tracer
    }

    /// Makes `count` spans; returns how many ended since the start.
    func run(_ count: Int) -> Int {
        let before = ended.update { $0 } ?? 0
        for half in [count / 2, count - count / 2] {
            let worker = Worker("spans") { [self] in
                for index in 0..<half { tracer.withSpan("work", attributes: ["index": .int(index)]) { _ in } }
                _ = ended.update { $0 += half }
            }
            if worker == nil { return -1 }
        }
        let isDone = ended.wait(until: .max) { $0 == before + count }
        return isDone ? before + count : -1
    }
}
