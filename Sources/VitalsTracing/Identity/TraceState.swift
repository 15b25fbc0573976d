/// What vendors say about a trace: an ordered list of keys with values, as the header `tracestate` has it.
///
/// It cannot be changed, only replaced, and what is in it is valid: at most 32 members, each key once.
public struct TraceState: Sendable, Hashable {
    /// A key with its value.
    struct Member: Sendable, Hashable {
        let key: String
        let value: String
    }

    /// More members are not allowed.
    static let mostMembers = 32

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

    /// How many members it has.
    public var count: Int { members?.count ?? 0 }

    /// The value of a key.
    public subscript(key: String) -> String? {
        members?.first { $0.key == key }?.value
    }

    /// The same with `key` in front, whether it is new or had another value. A member too many drops the last one.
    ///
    /// A key or value that the header could not carry changes nothing. A key has 1 to 256 of `a-z 0-9 _ - * / @` and
    /// begins with a letter or digit; a value has 1 to 256 printable ASCII characters without `,` and `=`, the last of
    /// them not a blank.
    public func setting(_ key: String, _ value: String) -> TraceState {
        guard Self.isKey(key), Self.isValue(value) else { return self }
        let others = (members ?? []).filter { $0.key != key }
        return TraceState(members: [Member(key: key, value: value)] + others.prefix(Self.mostMembers - 1))
    }

    /// The same without `key`.
    public func removing(_ key: String) -> TraceState {
        TraceState(members: (members ?? []).filter { $0.key != key })
    }
}

extension TraceState: Sequence {
    /// The members in their order.
    public func makeIterator() -> IndexingIterator<[(key: String, value: String)]> {
        (members ?? []).map { (key: $0.key, value: $0.value) }.makeIterator()
    }
}
