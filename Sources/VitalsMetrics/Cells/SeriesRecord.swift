import Synchronization

/// The life of a slot.
enum SeriesState {
    /// Nobody's: free, or never used.
    static let vacant: UInt32 = 0
    /// Has a handle, but nothing was recorded yet: not exported.
    static let reserved: UInt32 = 1
    /// Recorded into.
    static let live: UInt32 = 2
    /// Records go to other slots: a view came late, several streams share the instrument, or the limit was reached.
    static let forwarded: UInt32 = 3
    /// Removed; kept until every delta reader has delivered what was left in it.
    static let departing: UInt32 = 4
}

/// Everything there is to know about a slot without its values. Records stay in place for the life of the process and
/// are reused with a new generation, so that a stale handle or a racing look-up reads a record, never freed memory.
struct SeriesRecord: ~Copyable {
    let generation = Atomic<UInt32>(0)
    let state = Atomic<UInt32>(SeriesState.vacant)
    /// The stream, unretained: streams are never freed.
    let stream = Atomic<UInt>(0)
    /// The encoded label values in the word pool.
    let payload = Atomic<UInt>(0)
    let payloadWords = Atomic<UInt32>(0)
    let shape = Atomic<UInt32>(0)
    /// The time of the first measurement, unix nanoseconds; for a forwarded slot, its `ForwardTargets`.
    let start = Atomic<UInt64>(0)
}

/// Names one series: where its cells are, and which of the slot's owners in turn it is.
@frozen @usableFromInline
package struct SeriesReference: Sendable, Hashable {
    @usableFromInline package let slot: UInt32
    @usableFromInline package let generation: UInt32

    @inlinable
    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// Matches no slot: what is recorded here goes nowhere.
    static let nowhere = SeriesReference(slot: 0, generation: 0)
}

/// Where the records of a forwarded slot go.
final class ForwardTargets: Sendable {
    let series: [SeriesReference]

    init(_ series: [SeriesReference]) {
        self.series = series
    }
}
