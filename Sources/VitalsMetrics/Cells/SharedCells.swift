import CVitals
import Synchronization

/// The cells of gauges: one for each series, written by every thread, because the last one to set a gauge wins.
///
/// The upper half of the tag is not a layout but the collection during which the gauge was last set.
enum SharedCells {
    private struct State {
        let shard: UnsafeMutablePointer<ThreadShard>

        init() {
            shard = .allocate(capacity: 1)
            shard.initialize(to: ThreadShard())
        }
    }

    private static let state = Locked(State())
    /// A removed gauge's cell rests this long, so that a thread which was stopped between the check of the tag and the
    /// store has finished before the cell belongs to another series.
    static let restNanoseconds: UInt64 = 10_000_000_000

    /// The cell of a slot. Its address never changes.
    static func cell(_ slot: UInt32) -> SharedCell {
        state.withLock { SharedCell(pointer: ThreadShard.reach(slot, in: $0.shard)) }
    }

    /// Lets the series' handles set the gauge through the fast door.
    static func open(_ series: SeriesReference, _ bits: UInt64) {
        let cell = cell(series.slot)
        cell.pointer.pointee.value.store(bits, ordering: .relaxed)
        cell.pointer.pointee.tag.store(UInt64(series.generation), ordering: .releasing)
    }

    /// From now on no handle of the series takes the fast door.
    static func close(_ series: SeriesReference) {
        let cell = cell(series.slot).pointer
        while true {
            let tag = cell.pointee.tag.load(ordering: .relaxed)
            // A setter that stamps the tag at this moment must not open the cell again.
            guard UInt32(truncatingIfNeeded: tag) == series.generation,
                !cell.pointee.tag.compareExchange(expected: tag, desired: 0, ordering: .relaxed).exchanged
            else { return }
        }
    }

    /// The value that a gauge was last set to.
    static func value(_ slot: UInt32) -> UInt64 {
        cell(slot).pointer.pointee.value.load(ordering: .relaxed)
    }

    /// The collection before which a gauge was last set.
    static func stamp(_ slot: UInt32) -> UInt64 {
        cell(slot).pointer.pointee.tag.load(ordering: .relaxed)
    }

    /// Sets the gauge if the cell still belongs to the series.
    static func set(_ bits: UInt64, _ series: SeriesReference) -> Bool {
        guard series != .nowhere else { return false }
        let cell = cell(series.slot).pointer
        let tag = cell.pointee.tag.load(ordering: .acquiring)
        guard UInt32(truncatingIfNeeded: tag) == series.generation else { return false }
        cell.pointee.value.store(bits, ordering: .relaxed)
        let stamped = vitals_epoch() | UInt64(series.generation)
        _ = cell.pointee.tag.compareExchange(expected: tag, desired: stamped, ordering: .releasing)
        return true
    }

    /// Gives a gauge the value of the one that it replaces, unless it was set to something else since it had `before`.
    static func replace(_ before: UInt64, by bits: UInt64, _ series: SeriesReference) {
        _ = cell(series.slot).pointer.pointee.value.compareExchange(expected: before, desired: bits, ordering: .relaxed)
    }
}

/// The address of a gauge's cell, which is valid for the life of the process.
@frozen @usableFromInline
struct SharedCell: @unchecked Sendable {
    @usableFromInline let pointer: UnsafeMutablePointer<Cell>

    init(pointer: UnsafeMutablePointer<Cell>) {
        self.pointer = pointer
    }
}
