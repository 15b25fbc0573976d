import VitalsMetrics

/// Spans that wait to be exported: so many and no more. The threads of the program add, one thread takes.
///
/// Each span has a position: how many were added until then, itself included.
///
/// A span that was taken stays in its place until another one is put there: so the thread that adds frees memory and
/// takes it again, and the two do not wait for each other in the allocator, which costs more than all else here.
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
        /// The spans that were added since whoever takes came last, and behind them some that were taken.
        var spans: [SpanRecord?]
        var filled = 0
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
        var spans: [SpanRecord?]
        var filled = 0
        var first = 0
    }

    private let waiting: Locked<Waiting>
    private let taking: Locked<Taking>
    private let batch: Int
    let capacity: Int

    /// Spans beyond this place in the queue do not stay when they were taken: they come in bursts, and memory is bounded.
    private static let staying = 4096

    /// A queue with room for `capacity` spans, of which `batch` are taken at a time.
    init(capacity: Int, batch: Int) {
        self.capacity = capacity
        self.batch = batch
        waiting = Locked(Waiting(spans: Array(repeating: nil, count: capacity), alarm: batch))
        taking = Locked(Taking(spans: Array(repeating: nil, count: capacity)))
    }

    var count: Int { waiting.withLock { $0.count } }

    /// The position of the last span.
    var added: UInt64 { waiting.withLock { $0.added } }

    @inline(__always)
    func add(_ record: SpanRecord) -> Admission {
        // What was in the place is let go when the lock is free.
        var place: SpanRecord? = record
        return waiting.withLock { waiting in
            guard !waiting.isClosed else { return .closed }
            guard waiting.count < capacity else {
                defer { waiting.isFull = true }
                return .full(isFirst: !waiting.isFull)
            }
            swap(&waiting.spans[waiting.filled], &place)
            waiting.filled &+= 1
            waiting.count &+= 1
            waiting.added &+= 1
            guard waiting.count >= waiting.alarm else { return .waits(position: waiting.added) }
            waiting.alarm = .max
            return .completesBatch(position: waiting.added)
        }
    }

    /// Puts a batch into `spans` and returns the position of its last span; nil if there are neither enough for a batch
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
            for _ in 0..<size {
                if taking.first == taking.filled { change(&taking) }
                guard taking.first < taking.filled else { break }
                let record =
                    taking.first < Self.staying
                    ? taking.spans[taking.first] : taking.spans[taking.first].take()
                if let record { spans.append(FinishedSpan(record, isSampled: true)) }
                taking.first &+= 1
            }
            return waiting.withLock { waiting in
                waiting.count &-= size
                if waiting.count == 0 { waiting.isFull = false }
                return waiting.added &- UInt64(waiting.count)
            }
        }
    }

    /// Lets the two sides change places: those who add wait only for that, not while spans are taken.
    private func change(_ taking: inout Taking) {
        taking.first = 0
        waiting.withLock { waiting in
            swap(&waiting.spans, &taking.spans)
            taking.filled = waiting.filled
            waiting.filled = 0
        }
    }

    /// Lets go of the spans that were taken, after a time in which none came.
    func rest() {
        taking.withLock { taking in
            // All of them were taken, and not none.
            guard taking.first > 0, taking.first == taking.filled else { return }
            for index in taking.spans.indices { taking.spans[index] = nil }
            taking.filled = 0
            taking.first = 0
            let isEmpty = waiting.withLock { waiting in
                guard waiting.filled == 0 else { return false }
                swap(&waiting.spans, &taking.spans)
                return true
            }
            guard isEmpty else { return }
            for index in taking.spans.indices { taking.spans[index] = nil }
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
            // The spans are released when the lock is free.
            var spans: [SpanRecord?] = []
            let count = waiting.withLock { waiting in
                defer {
                    waiting.filled = 0
                    waiting.count = 0
                }
                swap(&waiting.spans, &spans)
                return waiting.count
            }
            taking = Taking(spans: [])
            return count
        }
    }
}
