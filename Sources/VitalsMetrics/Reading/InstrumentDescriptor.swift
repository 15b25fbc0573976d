/// Who declares instruments: the name, version, schema URL and attributes of a meter.
public struct InstrumentationScope: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The version, or nothing.
    public let version: String
    /// The schema URL, or nothing.
    public let schemaURL: String
    /// The attributes.
    public let attributes: Attributes
}

/// What an instrument was declared as.
struct InstrumentDescriptor: Sendable {
    let scope: InstrumentationScope
    let name: String
    let kind: InstrumentKind
    let number: NumberKind
    let unit: Unit
    let description: String
    let buckets: Buckets?
    /// The attribute keys that the author recommends, used where no view chooses.
    let attributes: Set<String>?
}
