/// What a program wants known wherever an execution goes, in other services too: names with values. It goes out in a
/// header of each request, so it is no place for secrets.
///
/// Names and values are any text; the case of names counts, and each is there once. Entries keep the order in which their
/// names came first, which is that of the header.
public struct Baggage: Sendable {
    /// A name with its value, and what the header says about it.
    struct Entry: Sendable, Hashable {
        let name: String
        var value: String
        /// The properties as they came, or nothing.
        var metadata: String
    }

    /// Nil for none, so that a copy of an empty one counts no references.
    private(set) var entries: [Entry]?

    /// Nothing.
    public init() {}

    init(entries: [Entry]) {
        self.entries = entries.isEmpty ? nil : entries
    }

    /// Whether nothing is in it.
    public var isEmpty: Bool { entries == nil }

    /// How many entries it has.
    public var count: Int { entries?.count ?? 0 }

    /// The value of a name; setting nil takes it out, and setting another one takes its metadata out.
    public subscript(name: String) -> String? {
        get { entry(name)?.value }
        set {
            if let newValue { set(newValue, for: name) } else { remove(name) }
        }
    }

    /// What is said about the value of a name, such as `ttl=60;private`: empty if nothing is, nil if the name has none.
    public func metadata(of name: String) -> String? {
        entry(name)?.metadata
    }

    /// Gives a name a value, in place of the one it has. Nothing has the empty name.
    ///
    /// - Parameter metadata: What is to be said about the value: properties (`key` or `key=value`) with `;` in between,
    ///   which go out as they are.
    public mutating func set(_ value: String, for name: String, metadata: String = "") {
        guard !name.isEmpty else { return }
        let entry = Entry(name: name, value: value, metadata: metadata)
        if let place = entries?.firstIndex(where: { $0.name == name }) {
            entries?[place] = entry
        } else if isEmpty {
            entries = [entry]
        } else {
            entries?.append(entry)
        }
    }

    /// Takes a name out.
    public mutating func remove(_ name: String) {
        entries?.removeAll { $0.name == name }
        if entries?.isEmpty ?? false { entries = nil }
    }

    /// Takes everything out.
    public mutating func removeAll() {
        entries = nil
    }

    /// The same with all entries of `other`, which replace those of the same names.
    public func merging(_ other: Baggage) -> Baggage {
        guard let entries else { return other }
        var merged = Baggage(entries: entries)
        for entry in other.entries ?? [] { merged.set(entry.value, for: entry.name, metadata: entry.metadata) }
        return merged
    }

    private func entry(_ name: String) -> Entry? {
        entries?.first { $0.name == name }
    }
}

extension Baggage: Hashable {
    /// Whether both have the same names with the same values and metadata, in whatever order.
    public static func == (left: Baggage, right: Baggage) -> Bool {
        guard let entries = left.entries else { return right.isEmpty }
        return left.count == right.count && entries.allSatisfy { right.entry($0.name) == $0 }
    }

    /// Feeds what is compared to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine((entries ?? []).reduce(0) { $0 ^ $1.hashValue })
    }
}

extension Baggage: Sequence {
    /// The entries in their order.
    public func makeIterator() -> IndexingIterator<[(name: String, value: String, metadata: String)]> {
        (entries ?? []).map { (name: $0.name, value: $0.value, metadata: $0.metadata) }.makeIterator()
    }
}

extension Baggage: ExpressibleByDictionaryLiteral {
    /// Names with values.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }
}
