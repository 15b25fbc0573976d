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

    private struct Ring {
        var slots: [SpanRecord?]
        var first = 0
        var count = 0
        var added: UInt64 = 0
        /// How many make whoever takes come at once; none while it is at work already.
        var alarm: Int
        var isFull = false
        var isClosed = false
    }

    private let ring: Locked<Ring>
    private let batch: Int
    let capacity: Int

    /// A queue with room for `capacity` spans, of which `batch` are taken at a time.
    init(capacity: Int, batch: Int) {
        self.capacity = capacity
        self.batch = batch
        ring = Locked(Ring(slots: Array(repeating: nil, count: capacity), alarm: batch))
    }

    var count: Int { ring.withLock { $0.count } }

    /// The position of the last span.
    var added: UInt64 { ring.withLock { $0.added } }

    @inline(__always)
    func add(_ record: SpanRecord) -> Admission {
        ring.withLock { ring in
            guard !ring.isClosed else { return .closed }
            guard ring.count < ring.slots.count else {
                defer { ring.isFull = true }
                return .full(isFirst: !ring.isFull)
            }
            var place = ring.first &+ ring.count
            if place >= ring.slots.count { place &-= ring.slots.count }
            ring.slots[place] = record
            ring.count &+= 1
            ring.added &+= 1
            guard ring.count >= ring.alarm else { return .waits(position: ring.added) }
            ring.alarm = .max
            return .completesBatch(position: ring.added)
        }
    }

    /// Moves a batch to `spans` and returns the position of its last span; nil if there are neither enough for a batch
    /// nor any up to `target`. From then on a batch that is complete raises the alarm.
    func take(through target: UInt64, into spans: inout [FinishedSpan]) -> UInt64? {
        ring.withLock { ring in
            let taken = ring.added &- UInt64(ring.count)
            guard ring.count >= batch || (ring.count > 0 && taken < target) else {
                ring.alarm = batch
                return nil
            }
            let size = min(batch, ring.count)
            for _ in 0..<size {
                if let record = ring.slots[ring.first].take() { spans.append(FinishedSpan(record, isSampled: true)) }
                ring.first &+= 1
                if ring.first == ring.slots.count { ring.first = 0 }
            }
            ring.count &-= size
            if ring.count == 0 { ring.isFull = false }
            return taken &+ UInt64(size)
        }
    }

    /// Takes no more spans. Returns the position of the last one.
    @discardableResult
    func close() -> UInt64 {
        ring.withLock { ring in
            ring.isClosed = true
            return ring.added
        }
    }

    /// Lets go of all spans, and of the room for them, and returns how many there were. The queue has to be closed.
    func discard() -> Int {
        // The spans are released when the lock is free.
        let (count, spans) = ring.withLock { ring in
            defer {
                ring.slots = []
                ring.first = 0
                ring.count = 0
            }
            return (ring.count, ring.slots)
        }
        return withExtendedLifetime(spans) { count }
    }
}
