/// What SQLite complained about.
public struct SQLiteError: Error, CustomStringConvertible, Sendable {
    /// The extended result code, such as 2067.
    public let code: Int32
    /// What it means, in the words of SQLite.
    public let message: String
    /// What was asked, without its parameters.
    public let statement: String?

    /// The complaint, with the statement.
    public var description: String {
        "SQLite: \(message) (\(code))" + (statement.map { " in: \($0)" } ?? "")
    }
}
