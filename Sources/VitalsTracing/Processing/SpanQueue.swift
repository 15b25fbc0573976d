import VitalsMetrics

/// Spans that wait to be exported: so many and no more. The threads of the program add, one thread takes.
///
/// Each span has a position: how many were added until then, itself included.
final class SpanQueue: Sendable {
    /// What became of a span.
    enum Admission {
        case waits(position: UInt64)
        /// It waits, and whoever takes should be woken.
        case completesBatch(position: UInt64)
        /// There was no room. The first in a row is worth a message.
        case full(isFirst: Bool)
        case closed
    }

    private struct Waiting {
        /// The spans that were added since whoever takes came last.
        var spans: [SpanRecord?] = []
        /// How many there are, with those that whoever takes has before it.
        var count = 0
        var added: UInt64 = 0
        /// How many make whoever takes come at once; none while it is at work already.
        var alarm: Int
        var isFull = false
        var isClosed = false
    }

    /// What whoever takes has before it.
    private struct Taking {
        var spans: [SpanRecord?] = []
        var first = 0
    }

    private let waiting: Locked<Waiting>
    private let taking = Locked(Taking())
    private let batch: Int
    let capacity: Int

    /// A queue with room for `capacity` spans, of which `batch` are taken at a time.
    init(capacity: Int, batch: Int) {
        self.capacity = capacity
        self.batch = batch
        waiting = Locked(Waiting(alarm: batch))
        waiting.withLock { $0.spans.reserveCapacity(capacity) }
    }

    var count: Int { waiting.withLock { $0.count } }

    /// The position of the last span.
    var added: UInt64 { waiting.withLock { $0.added } }

    @inline(__always)
    func add(_ record: SpanRecord) -> Admission {
        waiting.withLock { waiting in
            guard !waiting.isClosed else { return .closed }
            guard waiting.count < capacity else {
                defer { waiting.isFull = true }
                return .full(isFirst: !waiting.isFull)
            }
            waiting.spans.append(record)
            waiting.count &+= 1
            waiting.added &+= 1
            guard waiting.count >= waiting.alarm else { return .waits(position: waiting.added) }
            waiting.alarm = .max
            return .completesBatch(position: waiting.added)
        }
    }

    /// Moves a batch to `spans` and returns the position of its last span; nil if there are neither enough for a batch
    /// nor any up to `target`. From then on a batch that is complete raises the alarm.
    func take(through target: UInt64, into spans: inout [FinishedSpan]) -> UInt64? {
        taking.withLock { taking in
            let size = waiting.withLock { waiting in
                let taken = waiting.added &- UInt64(waiting.count)
                guard waiting.count >= batch || (waiting.count > 0 && taken < target) else {
                    waiting.alarm = batch
                    return 0
                }
                return min(batch, waiting.count)
            }
            guard size > 0 else { return nil }
            move(size, &taking, to: &spans)
            return waiting.withLock { waiting in
                waiting.count &-= size
                if waiting.count == 0 { waiting.isFull = false }
                return waiting.added &- UInt64(waiting.count)
            }
        }
    }

    /// Moves so many spans. Those who add wait only while two arrays change places, not while spans are moved.
    private func move(_ size: Int, _ taking: inout Taking, to spans: inout [FinishedSpan]) {
        for _ in 0..<size {
            if taking.first == taking.spans.count {
                taking.spans.removeAll(keepingCapacity: true)
                taking.spans.reserveCapacity(capacity)
                taking.first = 0
                waiting.withLock { swap(&$0.spans, &taking.spans) }
            }
            guard taking.first < taking.spans.count else { return }
            if let record = taking.spans[taking.first].take() { spans.append(FinishedSpan(record, isSampled: true)) }
            taking.first &+= 1
        }
    }

    /// Takes no more spans. Returns the position of the last one.
    @discardableResult
    func close() -> UInt64 {
        waiting.withLock { waiting in
            waiting.isClosed = true
            return waiting.added
        }
    }

    /// Lets go of all spans, and of the room for them, and returns how many there were. The queue has to be closed.
    func discard() -> Int {
        taking.withLock { taking in
            let (count, spans) = waiting.withLock { waiting in
                defer {
                    waiting.spans = []
                    waiting.count = 0
                }
                return (waiting.count, waiting.spans)
            }
            taking = Taking()
            return withExtendedLifetime(spans) { count }
        }
    }
}
