/// What is asked of a database.
public struct DatabaseOperation: Sendable {
    /// What is done, such as `SELECT`; few and known.
    public var name: String
    /// The table or collection, such as `orders`.
    public var collection: String?
    /// A short form of the statement without values, such as `SELECT orders`, for the name of the span.
    public var summary: String?
    /// The text of the statement with placeholders. It is recorded only if the telemetry was asked to.
    public var statement: String?

    /// An operation.
    public init(_ name: String, collection: String? = nil, summary: String? = nil, statement: String? = nil) {
        self.name = name
        self.collection = collection
        self.summary = summary
        self.statement = statement
    }
}
