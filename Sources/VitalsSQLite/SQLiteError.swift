import CSQLite
public import VitalsInstrumentation

/// What SQLite complained about.
public struct SQLiteError: Error, Sendable {
    /// The extended result code, such as 2067; `SQLITE_MISUSE`, 21, for what never reached SQLite.
    public let code: Int32
    /// What it means, in the words of SQLite, which may quote the statement and what is in the database.
    public let message: String
    /// The database.
    public let path: String
    /// What was asked, without its parameters; nil if it was no statement.
    public let statement: String?
}

extension SQLiteError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The complaint, in words that do not depend on the statement: spans show it, and statements only if they were asked
    /// to.
    public var description: String { describe(isQuoting ? String(cString: sqlite3_errstr(code)) : message) }

    /// The complaint in all its words, with the statement.
    public var debugDescription: String { describe(message) + (statement.map { ": \($0)" } ?? "") }

    private func describe(_ words: String) -> String { "SQLite: \(words) (\(code)) in \(path)" }

    /// Whether the message may quote the statement, its parameters, or what is stored.
    private var isQuoting: Bool {
        switch (code & 0xFF, code >> 8) {
        // These words are our own.
        case (SQLITE_MISUSE, _): false
        // What SQLite itself says of a constraint names it and its columns: CHECK, FOREIGN KEY, NOT NULL, PRIMARY KEY,
        // UNIQUE, of row ids and types. Triggers, functions and virtual tables say what they like.
        case (SQLITE_CONSTRAINT, 1), (SQLITE_CONSTRAINT, 3), (SQLITE_CONSTRAINT, 5), (SQLITE_CONSTRAINT, 6),
            (SQLITE_CONSTRAINT, 8), (SQLITE_CONSTRAINT, 10), (SQLITE_CONSTRAINT, 12):
            false
        default: true
        }
    }
}

extension SQLiteError: DatabaseStatusCode {
    /// The extended result code; empty for what never reached SQLite.
    public var databaseStatusCode: String { code == SQLITE_MISUSE ? "" : String(code) }
}
