import CSQLite
import VitalsInstrumentation

/// An open connection, which is closed when nobody has it any more.
final class SQLiteConnection {
    let path: String
    private let handle: OpaquePointer

    init(_ path: String, timeout: Duration) throws(SQLiteError) {
        guard !path.utf8.contains(0) else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "there is a NUL in the path", path: path, statement: nil)
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(
            path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle, code == SQLITE_OK else {
            let error = SQLiteError(
                code: handle.map(sqlite3_extended_errcode) ?? code,
                message: String(cString: handle.flatMap(sqlite3_errmsg) ?? sqlite3_errstr(code)), path: path,
                statement: nil)
            sqlite3_close_v2(handle)
            throw error
        }
        self.path = path
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        let (seconds, attoseconds) = timeout.components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        sqlite3_busy_timeout(
            handle,
            milliseconds.overflow
                ? (seconds < 0 ? 0 : .max)
                : Int32(clamping: max(0, milliseconds.partialValue &+ attoseconds / 1_000_000_000_000_000)))
    }

    deinit {
        // Statements that are still there keep it open until they are gone too.
        sqlite3_close_v2(handle)
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    var changes: Int { Int(clamping: sqlite3_changes64(handle)) }

    /// What SQLite has just complained about.
    func error(_ code: Int32, _ statement: String?) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)), path: path, statement: statement)
    }

    /// What SQLite was not asked, because it could only have gone wrong.
    func misuse(_ message: String, _ statement: String?) -> SQLiteError {
        SQLiteError(code: SQLITE_MISUSE, message: message, path: path, statement: statement)
    }

    func prepare(_ text: String, _ operation: DatabaseOperation) throws(SQLiteError) -> SQLiteStatement {
        guard !text.utf8.contains(0) else { throw misuse("there is a NUL in the statement", text) }
        var native = text
        let (code, statement, isAlone) = native.withUTF8 { bytes -> (Int32, OpaquePointer?, Bool) in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return (SQLITE_OK, nil, true) }
                var statement: OpaquePointer?
                var end: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    handle, start, Int32(clamping: characters.count), UInt32(SQLITE_PREPARE_PERSISTENT), &statement,
                    &end)
                // What is left is not shown to SQLite, which does what some pragmas say when it only prepares them.
                let rest = UnsafeBufferPointer(rebasing: bytes.dropFirst(end.map { $0 - start } ?? bytes.count))
                var tokens = StatementTokens(rest, isCut: false)
                return (code, statement, tokens.isAtEnd())
            }
        }
        guard code == SQLITE_OK else { throw error(code, text) }
        guard let statement else { throw misuse("there is no statement", text) }
        guard isAlone else {
            sqlite3_finalize(statement)
            throw misuse("there is more than one statement", text)
        }
        return SQLiteStatement(operation, text, statement, self)
    }
}
