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
