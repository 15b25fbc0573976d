import Synchronization

/// Finds the slot of a set of attributes without a lock. Insertions and removals are made under the stream's lock.
///
/// An open-addressing table of words: the upper half of the hash, then the slot. Removals bump a version, odd while one
/// is under way; a look-up that saw it move tells nothing.
struct SeriesIndex: ~Copyable {
    private typealias Word = WordPool.Word

    /// The address of the entries and, in the top byte, the binary logarithm of their number: both change as one, so
    /// a look-up never runs beyond the table it began in.
    private let table: Atomic<UInt>
    private let version = Atomic<UInt64>(0)
    /// Entries in the table, and those of them that are not tombstones.
    private let used = Atomic<Int>(0)
    private let live = Atomic<Int>(0)
    /// All ones but in tests, which make hashes collide.
    private let hashMask: UInt64
    private static let tombstone: UInt64 = 0xFFFF_FFFF

    enum Answer {
        case found(SeriesReference)
        case absent
        /// A removal was under way: ask again under the lock.
        case unsure
    }

    init(hashMask: UInt64) {
        self.hashMask = hashMask
        table = Atomic(Table.make(logarithm: 2).packed)
    }

    private struct Table {
        let entries: UnsafeMutablePointer<Word>
        let logarithm: UInt

        var capacity: Int { 1 &<< Int(logarithm) }
        var mask: UInt64 { (1 &<< UInt64(logarithm)) &- 1 }
        var packed: UInt { UInt(bitPattern: entries) | logarithm << 56 }

        /// A look-up that does not find its entry at once mispredicts a branch, so small tables are sparse. In large
        /// ones memory counts for more.
        var mostEntries: Int { logarithm <= 13 ? capacity / 4 : capacity / 8 * 7 }

        init(entries: UnsafeMutablePointer<Word>, logarithm: UInt) {
            self.entries = entries
            self.logarithm = logarithm
        }

        @inline(__always)
        init?(packed: UInt) {
            guard let entries = UnsafeMutablePointer<Word>(bitPattern: packed & 0x00FF_FFFF_FFFF_FFFF) else {
                return nil
            }
            self.init(entries: entries, logarithm: packed >> 56)
        }

        static func make(logarithm: UInt) -> Table {
            let entries = WordPool.take(1 << Int(logarithm))
            for index in 0..<(1 << Int(logarithm)) { entries[index].store(0, ordering: .relaxed) }
            return Table(entries: entries, logarithm: logarithm)
        }

        func place(_ entry: UInt64) {
            var position = (entry >> 32) & mask
            while entries[Int(position)].load(ordering: .relaxed) != 0 {
                position = (position + 1) & mask
            }
            entries[Int(position)].store(entry, ordering: .releasing)
        }
    }

    @inline(__always)
    func find(_ key: SeriesKey) -> Answer {
        let before = version.load(ordering: .acquiring)
        guard let table = Table(packed: table.load(ordering: .acquiring)) else { return .unsure }
        let mask = table.mask
        let wanted = (key.hash & hashMask) &>> 32
        var position = wanted & mask
        var left = mask
        var found: SeriesReference?
        while true {
            let entry = table.entries[Int(truncatingIfNeeded: position)].load(ordering: .acquiring)
            if entry &>> 32 == wanted, entry != 0, let match = Self.match(entry, key) {
                found = match
                break
            }
            if entry == 0 || left == 0 { break }
            left &-= 1
            position = (position &+ 1) & mask
        }
        atomicMemoryFence(ordering: .acquiring)
        guard before & 1 == 0, version.load(ordering: .relaxed) == before else { return .unsure }
        return found.map { .found($0) } ?? .absent
    }

    /// The series of an entry if its attributes are those of `key`.
    @inline(__always)
    private static func match(_ entry: UInt64, _ key: SeriesKey) -> SeriesReference? {
        let slot = UInt32(truncatingIfNeeded: entry)
        guard slot != UInt32(truncatingIfNeeded: tombstone), let record = SlotTable.record(slot) else { return nil }
        let generation = record.pointee.generation.load(ordering: .acquiring)
        guard Int(record.pointee.payloadWords.load(ordering: .relaxed)) == key.wordCount,
            hasShape(record.pointee.shape.load(ordering: .relaxed), key),
            key.wordCount == 0 || hasValues(record.pointee.payload.load(ordering: .relaxed), key)
        else { return nil }
        return SeriesReference(slot: slot, generation: generation)
    }

    @inline(__always)
    private static func hasShape(_ id: UInt32, _ key: SeriesKey) -> Bool {
        if let known = key.shapeID { return known == id }
        return LabelShape.withShape(id) { $0.isEncoded(as: key.shape) } ?? false
    }

    @inline(__always)
    private static func hasValues(_ payload: UInt, _ key: SeriesKey) -> Bool {
        guard var stored = UnsafeMutablePointer<Word>(bitPattern: payload) else { return false }
        var wanted = key.words
        let end = wanted + key.wordCount
        while wanted < end {
            if stored.pointee.load(ordering: .relaxed) != wanted.pointee { return false }
            stored += 1
            wanted += 1
        }
        return true
    }

    /// Adds an entry.
    func insert(_ slot: UInt32, hash: UInt64) {
        let taken = used.load(ordering: .relaxed)
        guard var current = Table(packed: table.load(ordering: .relaxed)) else { return }
        if taken + 1 > current.mostEntries {
            current = rebuild(current)
        } else {
            used.store(taken + 1, ordering: .relaxed)
        }
        live.store(live.load(ordering: .relaxed) + 1, ordering: .relaxed)
        current.place(((hash & hashMask) >> 32) << 32 | UInt64(slot))
    }

    /// A table without tombstones, with room for one more entry, which is counted already.
    private func rebuild(_ former: Table) -> Table {
        let remaining = live.load(ordering: .relaxed) + 1
        var logarithm = former.logarithm
        if remaining * 2 > former.mostEntries { logarithm += 1 }
        let fresh = Table.make(logarithm: logarithm)
        for index in 0..<former.capacity {
            let entry = former.entries[index].load(ordering: .relaxed)
            if entry != 0, entry & Self.tombstone != Self.tombstone { fresh.place(entry) }
        }
        // A look-up may still be in the former table: its words stay readable in the pool, and the version tells the
        // look-up not to trust what it found.
        change {
            table.store(fresh.packed, ordering: .releasing)
            WordPool.give(back: former.entries, count: former.capacity)
        }
        used.store(remaining, ordering: .relaxed)
        return fresh
    }

    /// Takes the entry of `slot` out. Look-ups that run meanwhile trust nothing they find.
    func remove(_ slot: UInt32, hash: UInt64) {
        change {
            guard let table = Table(packed: table.load(ordering: .relaxed)) else { return }
            var position = ((hash & hashMask) >> 32) & table.mask
            for _ in 0...table.mask {
                let entry = table.entries[Int(position)].load(ordering: .relaxed)
                if entry == 0 { return }
                if UInt32(truncatingIfNeeded: entry) == slot {
                    table.entries[Int(position)].store(entry | Self.tombstone, ordering: .relaxed)
                    live.store(live.load(ordering: .relaxed) - 1, ordering: .relaxed)
                    return
                }
                position = (position + 1) & table.mask
            }
        }
    }

    /// Empties the index and gives its table back.
    func clear() {
        let former = Table(packed: table.load(ordering: .relaxed))
        change {
            table.store(Table.make(logarithm: 0).packed, ordering: .releasing)
            if let former { WordPool.give(back: former.entries, count: former.capacity) }
        }
        used.store(0, ordering: .relaxed)
        live.store(0, ordering: .relaxed)
    }

    private func change(_ body: () -> Void) {
        version.store(version.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        body()
        version.store(version.load(ordering: .relaxed) &+ 1, ordering: .releasing)
    }
}
