/// Which attributes the series of a stream keep.
public struct AttributeFilter: Sendable, Hashable {
    let keys: Set<String>
    let keepsListed: Bool

    /// Only these.
    public static func only(_ keys: Set<String>) -> AttributeFilter {
        AttributeFilter(keys: keys, keepsListed: true)
    }

    /// All but these.
    public static func without(_ keys: Set<String>) -> AttributeFilter {
        AttributeFilter(keys: keys, keepsListed: false)
    }

    /// Whether an attribute is kept.
    package func keeps(_ key: String) -> Bool {
        keys.contains(key) == keepsListed
    }
}
