/// An error of a database that knows the code the database gave for it: the metric and the span of the operation tell it.
public protocol DatabaseStatusCode: Error {
    /// The code in the database's own terms, such as the `23505` of PostgreSQL; few and known. Empty if it gave
    /// none, as of what never reached it.
    var databaseStatusCode: String { get }
}
