public import CVitals
public import Synchronization

/// The cells of one thread, found by slot number: a directory of chunks of cells.
///
/// Only the owner adds chunks. A larger directory is published before the larger count, and former directories stay
/// alive, so a reader may walk a shard at any moment.
@frozen @usableFromInline
struct ThreadShard: ~Copyable {
    @usableFromInline typealias Entry = Atomic<UnsafeMutablePointer<Cell>>

    @usableFromInline let directory: Atomic<UnsafeMutablePointer<Entry>?>
    @usableFromInline let chunkCount: Atomic<Int>
    @usableFromInline var capacity = 0

    init() {
        directory = Atomic(nil)
        chunkCount = Atomic(0)
    }

    /// The calling thread's cell for `slot`, or nil where the thread has not reached that far yet.
    @inlinable @inline(__always)
    static func find(_ slot: UInt32) -> UnsafeMutablePointer<Cell>? {
        let shard = vitals_thread_shard().assumingMemoryBound(to: ThreadShard.self)
        let chunk = Int(slot &>> 6)
        guard chunk < shard.pointee.chunkCount.load(ordering: .relaxed) else { return nil }
        let directory = shard.pointee.directory.load(ordering: .relaxed).unsafelyUnwrapped
        return directory[chunk].load(ordering: .relaxed) + Int(slot & 63)
    }

    /// A reader's way to a cell of any thread's shard.
    static func cell(_ slot: UInt32, in shard: UnsafeMutablePointer<ThreadShard>) -> UnsafeMutablePointer<Cell>? {
        let chunk = Int(slot &>> 6)
        guard chunk < shard.pointee.chunkCount.load(ordering: .acquiring) else { return nil }
        let directory = shard.pointee.directory.load(ordering: .acquiring).unsafelyUnwrapped
        return directory[chunk].load(ordering: .acquiring) + Int(slot & 63)
    }

    /// The owner's cell for `slot`, growing the shard up to it. Called with the store's lock held.
    static func reach(_ slot: UInt32, in shard: UnsafeMutablePointer<ThreadShard>) -> UnsafeMutablePointer<Cell> {
        let chunk = Int(slot >> 6)
        let count = shard.pointee.chunkCount.load(ordering: .relaxed)
        if chunk >= count { grow(shard, from: count, to: chunk + 1) }
        let entry = shard.pointee.directory.load(ordering: .relaxed).unsafelyUnwrapped + chunk
        var cells = entry.pointee.load(ordering: .relaxed)
        if cells == untouched {
            cells = Cell.allocateChunk()
            entry.pointee.store(cells, ordering: .releasing)
        }
        return cells + Int(slot & 63)
    }

    private static func grow(_ shard: UnsafeMutablePointer<ThreadShard>, from count: Int, to needed: Int) {
        if needed > shard.pointee.capacity {
            let capacity = max(needed, shard.pointee.capacity * 2, 16)
            let former = shard.pointee.directory.load(ordering: .relaxed)
            let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
            for index in 0..<capacity {
                let cells = index < count ? former.unsafelyUnwrapped[index].load(ordering: .relaxed) : untouched
                (larger + index).initialize(to: Atomic(cells))
            }
            shard.pointee.directory.store(larger, ordering: .releasing)
            shard.pointee.capacity = capacity
        }
        shard.pointee.chunkCount.store(needed, ordering: .releasing)
    }

    /// Stands in a directory wherever the thread has no chunk: its tags are zero and match no handle.
    nonisolated(unsafe) private static let untouched = Cell.allocateChunk()
}
