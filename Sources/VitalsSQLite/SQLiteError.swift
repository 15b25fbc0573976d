import CSQLite
public import VitalsInstrumentation

/// What SQLite complained about.
public struct SQLiteError: Error, Sendable {
    /// The extended result code, such as 2067; `SQLITE_MISUSE`, 21, for what never reached SQLite.
    public let code: Int32
    /// What it means, in the words of SQLite.
    public let message: String
    /// The database.
    public let path: String
    /// What was asked, without its parameters; nil if it was no statement.
    public let statement: String?
}

extension SQLiteError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The complaint, without the statement: spans show it, and statements only if they were asked to.
    public var description: String { "SQLite: \(message) (\(code)) in \(path)" }

    /// The complaint, with the statement.
    public var debugDescription: String { description + (statement.map { ": \($0)" } ?? "") }
}

extension SQLiteError: DatabaseStatusCode {
    /// The extended result code; empty for what never reached SQLite.
    public var databaseStatusCode: String { code == SQLITE_MISUSE ? "" : String(code) }
}
