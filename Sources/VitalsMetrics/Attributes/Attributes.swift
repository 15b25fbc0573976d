/// A set of attributes: what tells one series of an instrument from another.
///
/// The order in which attributes are given does not matter; of two with the same key the later one counts; the empty
/// set is a set like any other. An attribute with an empty key is left out.
public struct Attributes: Sendable, ExpressibleByDictionaryLiteral {
    /// Sorted by the bytes of the keys, each key once.
    @usableFromInline
    var sorted: [(key: String, value: AttributeValue)]

    /// The empty set.
    @inlinable
    public init() {
        sorted = []
    }

    /// The set of the given pairs.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        sorted = elements
        normalise()
    }

    /// The set of the given pairs.
    public init(_ pairs: some Sequence<(String, AttributeValue)>) {
        sorted = pairs.map { (key: $0.0, value: $0.1) }
        normalise()
    }

    /// The set with the entries of a dictionary.
    public init(_ dictionary: [String: AttributeValue]) {
        sorted = dictionary.map { (key: $0.key, value: $0.value) }
        normalise()
    }

    /// Takes pairs that are sorted and unique already.
    init(sorted: [(key: String, value: AttributeValue)]) {
        self.sorted = sorted
    }

    /// The number of attributes.
    public var count: Int { sorted.count }

    /// Whether the set has no attributes.
    public var isEmpty: Bool { sorted.isEmpty }

    /// The value of `key`; setting nil takes it out.
    public subscript(key: String) -> AttributeValue? {
        get { sorted.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
        set {
            sorted.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
            if let newValue {
                sorted.append((key, newValue))
                normalise()
            }
        }
    }

    /// This set with the attributes of `other`, which count where both have a key.
    public func merging(_ other: Attributes) -> Attributes {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var merged = Attributes(sorted: sorted + other.sorted)
        merged.normalise()
        return merged
    }

    /// The attributes whose keys satisfy `isIncluded`.
    public func filter(_ isIncluded: (String) -> Bool) -> Attributes {
        Attributes(sorted: sorted.filter { isIncluded($0.key) })
    }

    private mutating func normalise() {
        var isSorted = true
        for index in sorted.indices.dropFirst() where !precedes(sorted[index - 1].key, sorted[index].key) {
            isSorted = false
            break
        }
        if !isSorted { sortAndDeduplicate() }
        if let first = sorted.first, first.key.isEmpty { sorted.removeFirst() }
    }

    /// An insertion sort: sets are small, and a later pair with the same key simply replaces the earlier one.
    private mutating func sortAndDeduplicate() {
        var count = 1
        for index in 1..<sorted.count {
            let pair = sorted[index]
            var place = count
            while place > 0, precedes(pair.key, sorted[place - 1].key) { place -= 1 }
            if place > 0, !precedes(sorted[place - 1].key, pair.key) {
                sorted[place - 1].value = pair.value
                continue
            }
            var moving = count
            while moving > place {
                sorted[moving] = sorted[moving - 1]
                moving -= 1
            }
            sorted[place] = pair
            count += 1
        }
        sorted.removeLast(sorted.count - count)
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
        first.sorted.count == second.sorted.count
            && zip(first.sorted, second.sorted).allSatisfy {
                $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value
            }
    }

    /// Hashes the keys and values.
    public func hash(into hasher: inout Hasher) {
        for pair in sorted {
            hasher.combine(pair.key)
            hasher.combine(pair.value)
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
        "{\(sorted.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))}"
    }
}
