import CVitals
import Synchronization

/// The records of all slots of the process. Grows by chunks that are never moved or freed.
enum SlotTable {
    static let perChunk = 256
    /// Slots are numbered with 28 bits: 268 million series in one process.
    static let chunkLimit = 1 << 20

    private typealias Chunk = UnsafeMutablePointer<SeriesRecord>

    private struct State {
        var chunkCount = 0
        var used: UInt32 = 1
        var free: [UInt32] = []
        /// First freed, first reused: the longer a slot rests, the less can a preempted thread still mean the old one.
        var resting: [(slot: UInt32, until: UInt64)] = []
        var nextResting = 0
    }

    private static let state = Locked(State())

    /// Two levels with a fixed root, so that a look-up needs no bounds that could change.
    private typealias Branch = UnsafeMutablePointer<Atomic<Chunk?>>
    private static let perBranch = 1024

    private static var branches: UnsafeMutablePointer<Atomic<Branch?>> {
        vitals_slot_root().assumingMemoryBound(to: Atomic<Branch?>.self)
    }

    /// The record of `slot`, or nil for a slot that was never given out.
    static func record(_ slot: UInt32) -> UnsafeMutablePointer<SeriesRecord>? {
        let chunk = Int(slot) / perChunk
        guard chunk < chunkLimit else { return nil }
        guard
            let branch = branches[chunk / perBranch].load(ordering: .acquiring),
            let records = branch[chunk % perBranch].load(ordering: .acquiring)
        else { return nil }
        return records + Int(slot) % perChunk
    }

    /// Gives out a slot with a fresh generation, or nil when the process has run out of slots.
    static func take() -> SeriesReference? {
        state.withLock { state in
            if let slot = state.free.popLast() ?? takeRested(&state) { return renew(slot) }
            let slot = state.used
            guard Int(slot) / perChunk < chunkLimit else { return nil }
            if Int(slot) / perChunk >= state.chunkCount {
                append(&state)
            }
            state.used += 1
            return renew(slot)
        }
    }

    /// Takes a slot back. It rests until `restUntil` (monotonic nanoseconds) before it is given out again.
    static func give(back slot: UInt32, restUntil: UInt64 = 0) {
        guard let record = record(slot) else { return }
        record.pointee.state.store(SeriesState.vacant, ordering: .releasing)
        // The generation moves on at once: from here on every old handle is stale.
        record.pointee.generation.store(
            following(record.pointee.generation.load(ordering: .relaxed)), ordering: .releasing)
        state.withLock { state in
            if restUntil == 0 { state.free.append(slot) } else { state.resting.append((slot, restUntil)) }
        }
    }

    private static func takeRested(_ state: inout State) -> UInt32? {
        guard state.nextResting < state.resting.count,
            state.resting[state.nextResting].until <= vitals_monotonic_nanoseconds()
        else { return nil }
        let slot = state.resting[state.nextResting].slot
        state.nextResting += 1
        if state.nextResting > 1024, state.nextResting * 2 > state.resting.count {
            state.resting.removeFirst(state.nextResting)
            state.nextResting = 0
        }
        return slot
    }

    private static func renew(_ slot: UInt32) -> SeriesReference? {
        guard let record = record(slot) else { return nil }
        let generation = following(record.pointee.generation.load(ordering: .relaxed))
        record.pointee.generation.store(generation, ordering: .releasing)
        return SeriesReference(slot: slot, generation: generation)
    }

    /// Zero is the generation of nobody.
    private static func following(_ generation: UInt32) -> UInt32 {
        generation == .max ? 1 : generation + 1
    }

    private static func append(_ state: inout State) {
        let records = Chunk.allocate(capacity: perChunk)
        for index in 0..<perChunk { (records + index).initialize(to: SeriesRecord()) }
        let place = branches + state.chunkCount / perBranch
        let branch: Branch
        if let existing = place.pointee.load(ordering: .relaxed) {
            branch = existing
        } else {
            branch = .allocate(capacity: perBranch)
            for index in 0..<perBranch { (branch + index).initialize(to: Atomic(nil)) }
            place.pointee.store(branch, ordering: .releasing)
        }
        branch[state.chunkCount % perBranch].store(records, ordering: .releasing)
        state.chunkCount += 1
    }
}
