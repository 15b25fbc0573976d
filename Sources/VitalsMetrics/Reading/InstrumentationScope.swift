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

    package init(name: String, version: String = "", schemaURL: String = "", attributes: Attributes = [:]) {
        self.name = name
        self.version = version
        self.schemaURL = schemaURL
        self.attributes = attributes
    }
}
