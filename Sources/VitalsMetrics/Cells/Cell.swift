public import Synchronization

/// What one thread has recorded into one series: a tag that says whose cell this is, and a value.
///
/// The tag's low half is the generation of the series, so a handle kept after its series was removed can never write
/// into the series that took the place. Only the owner of a shard writes the value; readers load it.
@frozen @usableFromInline
struct Cell: ~Copyable {
    @usableFromInline let tag: Atomic<UInt64>
    @usableFromInline let value: Atomic<UInt64>

    init() {
        tag = Atomic(0)
        value = Atomic(0)
    }
}

/// The upper half of a cell's tag: what the value word holds.
@frozen @usableFromInline
enum CellLayout {
    /// A running sum.
    @inlinable static var sum: UInt64 { 1 << 32 }
    /// A pointer to an explicit histogram block.
    @inlinable static var explicit: UInt64 { 2 << 32 }
    /// A pointer to an exponential histogram block.
    @inlinable static var exponential: UInt64 { 3 << 32 }
    /// Set when records must no longer take the fast door: the series was removed or its records go elsewhere.
    static var frozen: UInt64 { 1 << 63 }

    static func holdsBlock(_ tag: UInt64) -> Bool { (tag >> 32) & 3 >= 2 }
}

extension Cell {
    static let perChunk = 64

    /// Allocates one cache-aligned chunk of zeroed cells. Chunks live as long as the process: a shard is reused, never
    /// freed.
    static func allocateChunk() -> UnsafeMutablePointer<Cell> {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: perChunk * MemoryLayout<Cell>.stride, alignment: 64)
        let cells = raw.bindMemory(to: Cell.self, capacity: perChunk)
        for index in 0..<perChunk { (cells + index).initialize(to: Cell()) }
        return cells
    }
}
