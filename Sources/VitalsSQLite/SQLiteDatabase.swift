import CSQLite
public import VitalsInstrumentation

/// A connection to a database of SQLite whose statements are measured. It belongs to one task or actor at a time.
public final class SQLiteDatabase {
    /// One row, by the position of its columns.
    public typealias Row = [SQLiteValue]

    /// Opens a database, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - path: The file; `:memory:` for none.
    ///   - telemetry: Where statements are measured, made with the system `sqlite`.
    ///   - timeout: How long a statement waits for others that hold the database.
    public init(
        _ path: String, telemetry: DatabaseTelemetry, timeout: Duration = .seconds(5)
    ) throws(SQLiteError) {
        throw SQLiteError(code: SQLITE_CANTOPEN, message: "not there yet", statement: nil)
    }

    /// Runs one statement and gives its rows. Parameters are bound in their order.
    @discardableResult
    public func run(_ statement: String, _ parameters: SQLiteValue...) throws(SQLiteError) -> [Row] { [] }

    /// How many rows the last statement changed.
    public var changes: Int { 0 }

    /// Runs `body` in a transaction, which is taken back if it throws.
    public func transaction<Result>(_ body: () throws -> Result) throws -> Result { try body() }

    /// Closes the database. Later statements throw.
    public func close() {}
}
