/// What vendors say about a trace: an ordered list of keys with values, as the header `tracestate` has it.
///
/// It cannot be changed, and what is in it is valid.
public struct TraceState: Sendable, Hashable {
    /// A key with its value.
    struct Member: Sendable, Hashable {
        let key: String
        let value: String
    }

    /// Nil for none, so that a copy of an empty one counts no references.
    let members: [Member]?

    /// Nothing.
    public init() {
        members = nil
    }

    init(members: [Member]) {
        self.members = members.isEmpty ? nil : members
    }

    /// Whether nothing is in it.
    public var isEmpty: Bool { members == nil }
}
