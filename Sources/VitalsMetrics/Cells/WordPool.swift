import Synchronization

/// Memory for the encoded labels and look-up tables, in words that are only ever read and written atomically.
///
/// What is given back is reused but never returned to the system: a look-up that runs while a series is removed reads
/// words that now belong to someone else, notices, and tries again. Nothing it could touch is ever unmapped.
enum WordPool {
    typealias Word = Atomic<UInt64>

    private struct State {
        var next: UnsafeMutablePointer<Word>?
        var left = 0
        var small: [[UnsafeMutablePointer<Word>]] = Array(repeating: [], count: smallest + 1)
        var large: [Int: [UnsafeMutablePointer<Word>]] = [:]
    }

    /// Up to this many words a block has exactly the size asked for; larger ones are powers of two.
    static let smallest = 64
    private static let chunkWords = 4096

    private static let state = Locked(State())

    /// A block of at least `count` words, with `smallest` more readable words behind it.
    static func take(_ count: Int) -> UnsafeMutablePointer<Word> {
        state.withLock { state in
            if count <= smallest {
                if let block = state.small[count].popLast() { return block }
                if state.left < count {
                    state.next = allocate(chunkWords)
                    state.left = chunkWords
                }
                let block = state.next.unsafelyUnwrapped
                state.next = block + count
                state.left -= count
                return block
            }
            let size = large(count)
            return state.large[size]?.popLast() ?? allocate(size)
        }
    }

    /// Takes back a block that was taken with the same `count`.
    static func give(back block: UnsafeMutablePointer<Word>, count: Int) {
        state.withLock { state in
            if count <= smallest {
                state.small[count].append(block)
            } else {
                state.large[large(count), default: []].append(block)
            }
        }
    }

    private static func large(_ count: Int) -> Int {
        var size = smallest * 2
        while size < count { size *= 2 }
        return size
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Word> {
        let words = UnsafeMutablePointer<Word>.allocate(capacity: count + smallest)
        for index in 0..<(count + smallest) { (words + index).initialize(to: Atomic(0)) }
        return words
    }
}
