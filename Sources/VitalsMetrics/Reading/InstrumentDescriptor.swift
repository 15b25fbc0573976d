/// What an instrument was declared as.
struct InstrumentDescriptor: Sendable {
    let scope: InstrumentationScope
    let name: String
    let kind: InstrumentKind
    let number: NumberKind
    let unit: Unit
    let words: InstrumentWords
    let buckets: Buckets?
    /// The attribute keys that the author recommends, used where no view chooses.
    let attributes: Set<String>?

    /// The longest of the descriptions that it was declared with.
    var description: String { words.longest }
}

/// What an instrument is for, in the words of all who declared it. They are no part of its identity, and the longest
/// are reported.
final class InstrumentWords: Sendable {
    private let state: Locked<String>

    init(_ description: String) {
        state = Locked(description)
    }

    var longest: String { state.withLock { $0 } }

    func add(_ description: String) {
        state.withLock { longest in
            if description.count > longest.count { longest = description }
        }
    }
}
