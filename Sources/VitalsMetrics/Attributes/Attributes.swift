/// A set of attributes: what tells one series of an instrument from another.
///
/// The order in which attributes are given does not matter; of two with the same key the later one counts; the empty
/// set is a set like any other. An attribute with an empty key is left out.
@frozen
public struct Attributes: Sendable, ExpressibleByDictionaryLiteral {
    /// The pairs as they were given, if nobody has sorted them yet: a set that is recorded with and dropped is checked
    /// while it is encoded.
    @usableFromInline let pairs: [(String, AttributeValue)]
    @usableFromInline let isSorted: Bool

    /// The empty set.
    public init() {
        pairs = []
        isSorted = true
    }

    /// The set of the given pairs.
    @inlinable
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        pairs = elements
        isSorted = false
    }

    /// The set of the given pairs.
    public init(_ pairs: some Sequence<(String, AttributeValue)>) {
        self.init(sorted: Self.sorted(Array(pairs)))
    }

    /// The set with the entries of a dictionary.
    public init(_ dictionary: [String: AttributeValue]) {
        self.init(dictionary.map { ($0.key, $0.value) })
    }

    /// The set of pairs that nobody has sorted yet.
    package init(given pairs: [(String, AttributeValue)]) {
        self.pairs = pairs
        isSorted = false
    }

    /// The pairs in the order in which they were given, as far as it is known; a key may come more than once.
    package var given: [(String, AttributeValue)] { pairs }

    /// Takes pairs that are sorted and unique already.
    init(sorted pairs: [(String, AttributeValue)]) {
        self.pairs = pairs
        isSorted = true
    }

    /// The pairs, sorted by the bytes of the keys, each key once.
    var sorted: [(String, AttributeValue)] {
        isSorted ? pairs : Self.sorted(pairs)
    }

    /// This set with its pairs in order.
    var normalised: Attributes {
        isSorted ? self : Attributes(sorted: Self.sorted(pairs))
    }

    /// The number of attributes.
    public var count: Int { sorted.count }

    /// Whether the set has no attributes.
    public var isEmpty: Bool { pairs.isEmpty || sorted.isEmpty }

    /// The value of `key`; setting nil takes it out.
    public subscript(key: String) -> AttributeValue? {
        get { sorted.first { $0.0.utf8.elementsEqual(key.utf8) }?.1 }
        set {
            var changed = sorted.filter { !$0.0.utf8.elementsEqual(key.utf8) }
            if let newValue { changed.append((key, newValue)) }
            self = Attributes(changed)
        }
    }

    /// This set with the attributes of `other`, which count where both have a key.
    public func merging(_ other: Attributes) -> Attributes {
        if other.isEmpty { return self }
        if isEmpty { return other }
        return Attributes(sorted + other.sorted)
    }

    /// The attributes whose keys satisfy `isIncluded`.
    public func filter(_ isIncluded: (String) -> Bool) -> Attributes {
        Attributes(sorted: sorted.filter { isIncluded($0.0) })
    }

    /// An insertion sort: sets are small, and a later pair with the same key simply replaces the earlier one.
    private static func sorted(_ pairs: [(String, AttributeValue)]) -> [(String, AttributeValue)] {
        if pairs.count > 32 { return sortedMany(pairs) }
        var sorted: [(String, AttributeValue)] = []
        sorted.reserveCapacity(pairs.count)
        for pair in pairs where !pair.0.isEmpty {
            var place = sorted.count
            while place > 0, precedes(pair.0, sorted[place - 1].0) { place -= 1 }
            if place > 0, !precedes(sorted[place - 1].0, pair.0) {
                sorted[place - 1] = pair
            } else {
                sorted.insert(pair, at: place)
            }
        }
        return sorted
    }
}

extension Attributes {
    private static func sortedMany(_ pairs: [(String, AttributeValue)]) -> [(String, AttributeValue)] {
        let order = pairs.indices.sorted { first, second in
            precedes(pairs[first].0, pairs[second].0)
                || (!precedes(pairs[second].0, pairs[first].0) && first < second)
        }
        var sorted: [(String, AttributeValue)] = []
        for index in order where !pairs[index].0.isEmpty {
            if let last = sorted.last, !precedes(last.0, pairs[index].0) { sorted.removeLast() }
            sorted.append(pairs[index])
        }
        return sorted
    }
}

/// Orders keys by their bytes: two spellings of one character are two keys, as they are on the wire.
@inline(__always)
func precedes(_ first: String, _ second: String) -> Bool {
    let first = first.utf8Span.span
    let second = second.utf8Span.span
    let shared = min(first.count, second.count)
    for index in 0..<shared where first[unchecked: index] != second[unchecked: index] {
        return first[unchecked: index] < second[unchecked: index]
    }
    return first.count < second.count
}

extension Attributes: Hashable {
    /// Whether both sets have the same keys with the same values.
    public static func == (first: Attributes, second: Attributes) -> Bool {
        let first = first.sorted
        let second = second.sorted
        return first.count == second.count
            && zip(first, second).allSatisfy { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
    }

    /// Hashes the keys and values.
    public func hash(into hasher: inout Hasher) {
        for (key, value) in sorted {
            hasher.combine(key)
            hasher.combine(value)
        }
    }
}

extension Attributes: RandomAccessCollection {
    /// The position of the first attribute.
    public var startIndex: Int { 0 }
    /// The position behind the last attribute.
    public var endIndex: Int { sorted.count }
    /// The attribute at a position, in the order of the keys' bytes.
    public subscript(position: Int) -> (key: String, value: AttributeValue) { sorted[position] }
}

extension Attributes: CustomStringConvertible {
    /// `{key=value, …}` in the order of the keys.
    public var description: String {
        "{\(sorted.map { "\($0.0)=\($0.1)" }.joined(separator: ", "))}"
    }
}
