/// What a program wants known wherever an execution goes, in other services too: names with values. It goes out in a
/// header of each request, so it is no place for secrets.
public struct Baggage: Sendable, Hashable {
    /// A value, and what the header says about it.
    struct Entry: Sendable, Hashable {
        var value: String
        /// The properties as they came, or nothing.
        var metadata: String
    }

    /// Nil for none, so that a copy of an empty one counts no references.
    var entries: [String: Entry]?

    /// Nothing.
    public init() {}

    /// Whether nothing is in it.
    public var isEmpty: Bool { entries?.isEmpty ?? true }

    /// The baggage of the current context.
    public static var current: Baggage { CurrentContext.with { $0.baggage } }

    /// The value of a name; setting nil takes it out.
    public subscript(name: String) -> String? {
        get { entries?[name]?.value }
        set {
            var changed = entries ?? [:]
            changed[name] = newValue.map { Entry(value: $0, metadata: "") }
            entries = changed.isEmpty ? nil : changed
        }
    }
}

extension Baggage: ExpressibleByDictionaryLiteral {
    /// Names with values.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }
}
