import CVitals
import Synchronization

/// All shards of the process, the slow doors of a record, and the sums that readers take.
package enum CellStore {
    struct ShardList {
        var all: [UnsafeMutablePointer<ThreadShard>] = []
        var idle: [UnsafeMutablePointer<ThreadShard>] = []
    }

    /// Guards the shard lists, first touches and freezing; never held while user code or an encoder runs.
    static let lock = Locked(ShardList())

    /// How many shards there are: as many as threads ever recorded at the same time.
    package static var shardCount: Int { lock.withLock { $0.all.count } }

    /// Every shard that exists now. Shards are reused by later threads and never freed.
    static func shards() -> ShardSet {
        ShardSet(shards: lock.withLock { $0.all.map(\.self) })
    }

    /// Runs `body` with the calling thread's cell for the series, made and tagged on its first touch. Nil when the
    /// series is no longer live.
    static func withCell<Result>(
        of series: SeriesReference, layout: UInt64, initial: () -> UInt64,
        _ body: (UnsafeMutablePointer<Cell>) -> Result
    ) -> Result? {
        if let cell = ThreadShard.find(series.slot),
            cell.pointee.tag.load(ordering: .relaxed) == UInt64(series.generation) | layout
        {
            return body(cell)
        }
        let borrowed = adoptShard()
        defer { if borrowed { returnShard() } }
        return firstTouch(series, layout, initial).map(body)
    }

    private static func firstTouch(
        _ series: SeriesReference, _ layout: UInt64, _ initial: () -> UInt64
    ) -> UnsafeMutablePointer<Cell>? {
        let shard = vitals_thread_shard().assumingMemoryBound(to: ThreadShard.self)
        return lock.withLock { _ in
            guard let record = SlotTable.record(series.slot),
                record.pointee.generation.load(ordering: .acquiring) == series.generation,
                record.pointee.state.load(ordering: .acquiring) == SeriesState.live
            else { return nil }
            let cell = ThreadShard.reach(series.slot, in: shard)
            let tag = UInt64(series.generation) | layout
            let former = cell.pointee.tag.load(ordering: .relaxed)
            if former != tag {
                if CellLayout.holdsBlock(former) {
                    HistogramBlock.free(cell.pointee.value.load(ordering: .relaxed))
                }
                cell.pointee.value.store(initial(), ordering: .relaxed)
                cell.pointee.tag.store(tag, ordering: .releasing)
            }
            return cell
        }
    }

    /// Makes every thread's next record on the series take the slow door, where the record's new state decides.
    static func freeze(_ series: SeriesReference) {
        lock.withLock { list in
            for shard in list.all {
                guard let cell = ThreadShard.cell(series.slot, in: shard) else { continue }
                let tag = cell.pointee.tag.load(ordering: .relaxed)
                if UInt32(truncatingIfNeeded: tag) == series.generation {
                    cell.pointee.tag.store(tag | CellLayout.frozen, ordering: .relaxed)
                }
            }
        }
    }

    /// Gives the calling thread a shard. True when the thread is ending and must return the shard after this record.
    private static func adoptShard() -> Bool {
        guard !vitals_thread_has_shard() else { return false }
        let shard = lock.withLock { list in
            if let idle = list.idle.popLast() { return idle }
            let shard = UnsafeMutablePointer<ThreadShard>.allocate(capacity: 1)
            shard.initialize(to: ThreadShard())
            list.all.append(shard)
            return shard
        }
        vitals_thread_adopt(shard)
        return !vitals_thread_on_exit { CellStore.takeBack($0) }
    }

    private static func returnShard() {
        let shard = vitals_thread_shard()
        vitals_thread_release()
        takeBack(shard)
    }

    private static func takeBack(_ shard: UnsafeMutableRawPointer) {
        lock.withLock { $0.idle.append(shard.assumingMemoryBound(to: ThreadShard.self)) }
    }
}
