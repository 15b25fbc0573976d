import CVitals
import Synchronization

/// What one thread has recorded into one histogram series.
///
/// The owner writes between two steps of a sequence counter. A reader copies the payload and tries again when the
/// counter moved; when the owner is too busy for that, the reader asks and the owner itself leaves a copy. So neither
/// ever waits for a lock, and sum, count and buckets of a point always agree.
struct HistogramBlock: ~Copyable {
    let sequence = Atomic<UInt64>(0)
    /// The number of the copy that a reader asks for, and of the last one that the owner made.
    let asked = Atomic<UInt64>(0)
    let served = Atomic<UInt64>(0)
    let copy = Atomic<UnsafeMutablePointer<Word>?>(nil)
    /// The bounds of an explicit histogram, padded with +∞ to a power of two; owned by the process, never freed.
    let bounds: UnsafePointer<Double>
    let paddedBounds: UInt32
    let payloadWords: UInt32
    /// Smaller blocks that this one has replaced; a reader may still be in one of them.
    let former: UInt64
    let shape: ExponentialShape

    typealias Word = Atomic<UInt64>
    typealias Pointer = UnsafeMutablePointer<HistogramBlock>

    /// Where the payload starts behind a block.
    static var headerBytes: Int { (MemoryLayout<HistogramBlock>.size + 63) & ~63 }

    static func payload(_ block: Pointer) -> UnsafeMutablePointer<Word> {
        (UnsafeMutableRawPointer(block) + headerBytes).assumingMemoryBound(to: Word.self)
    }

    static func make(
        bounds: UnsafePointer<Double>, paddedBounds: Int, payloadWords: Int,
        former: UInt64 = 0, shape: ExponentialShape = ExponentialShape()
    ) -> Pointer {
        let bytes = (headerBytes + payloadWords * 8 + 63) & ~63
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        let block = raw.bindMemory(to: HistogramBlock.self, capacity: 1)
        block.initialize(
            to: HistogramBlock(
                bounds: bounds, paddedBounds: UInt32(paddedBounds), payloadWords: UInt32(payloadWords),
                former: former, shape: shape))
        let words = (raw + headerBytes).bindMemory(to: Word.self, capacity: payloadWords)
        for index in 0..<payloadWords { (words + index).initialize(to: Atomic(0)) }
        return block
    }

    static func pointer(_ bits: UInt64) -> Pointer? {
        Pointer(bitPattern: UInt(bits))
    }

    /// Frees a block and those it replaced. Only for cells whose series is gone: nobody reads or writes it any more.
    static func free(_ bits: UInt64) {
        var next = bits
        while let block = pointer(next) {
            next = block.pointee.former
            block.pointee.copy.load(ordering: .relaxed)?.deallocate()
            UnsafeMutableRawPointer(block).deallocate()
        }
    }
}

extension HistogramBlock {
    /// Runs the owner's changes as one step that readers see whole or not at all.
    @inline(__always)
    static func change(_ block: Pointer, _ body: (UnsafeMutablePointer<Word>) -> Void) {
        let step = block.pointee.sequence.load(ordering: .relaxed)
        block.pointee.sequence.store(step &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        body(payload(block))
        block.pointee.sequence.store(step &+ 2, ordering: .releasing)
        let asked = block.pointee.asked.load(ordering: .acquiring)
        if asked != block.pointee.served.load(ordering: .relaxed) {
            serve(block, asked)
        }
    }

    /// The owner leaves a copy of its own payload for the reader that asked.
    @inline(never)
    private static func serve(_ block: Pointer, _ asked: UInt64) {
        guard let copy = block.pointee.copy.load(ordering: .acquiring) else { return }
        let words = payload(block)
        for index in 0..<Int(block.pointee.payloadWords) {
            copy[index].store(words[index].load(ordering: .relaxed), ordering: .relaxed)
        }
        block.pointee.served.store(asked, ordering: .releasing)
    }

    /// Copies a payload in which all words agree to `target`. One reader at a time. False when the owner stood still in
    /// the middle of a change for longer than the patience of a reader.
    static func read(_ block: Pointer, into target: UnsafeMutablePointer<UInt64>) -> Bool {
        for _ in 0..<4 where tryRead(block, into: target) { return true }
        return readFromBusyOwner(block, into: target)
    }

    private static func tryRead(_ block: Pointer, into target: UnsafeMutablePointer<UInt64>) -> Bool {
        let before = block.pointee.sequence.load(ordering: .acquiring)
        let words = payload(block)
        for index in 0..<Int(block.pointee.payloadWords) {
            target[index] = words[index].load(ordering: .relaxed)
        }
        atomicMemoryFence(ordering: .acquiring)
        return before & 1 == 0 && block.pointee.sequence.load(ordering: .relaxed) == before
    }

    /// Only a thread that a debugger holds stands still for longer.
    private static let patienceNanoseconds: UInt64 = 2_000_000_000

    private static func readFromBusyOwner(_ block: Pointer, into target: UnsafeMutablePointer<UInt64>) -> Bool {
        let count = Int(block.pointee.payloadWords)
        let copy: UnsafeMutablePointer<Word>
        if let existing = block.pointee.copy.load(ordering: .relaxed) {
            copy = existing
        } else {
            copy = .allocate(capacity: count)
            for index in 0..<count { (copy + index).initialize(to: Atomic(0)) }
            block.pointee.copy.store(copy, ordering: .releasing)
        }
        let ticket = block.pointee.asked.load(ordering: .relaxed) &+ 1
        block.pointee.asked.store(ticket, ordering: .releasing)
        // An owner that stands in the middle of a change was preempted: on a busy machine that may take some time slices
        // of other threads, and sleeping leaves it the processor.
        let patience = vitals_monotonic_nanoseconds() + patienceNanoseconds
        var attempts = 0
        repeat {
            if block.pointee.served.load(ordering: .acquiring) == ticket {
                for index in 0..<count { target[index] = copy[index].load(ordering: .relaxed) }
                return true
            }
            if tryRead(block, into: target) { return true }
            attempts += 1
            if attempts < 50 { vitals_yield() } else { vitals_sleep(200_000) }
        } while vitals_monotonic_nanoseconds() < patience
        return false
    }
}
