import CSQLite
public import VitalsInstrumentation
import VitalsMetrics

/// A connection to a database of SQLite whose statements are measured. It belongs to one task or actor at a time.
public final class SQLiteDatabase {
    /// One row, by the position of its columns.
    public typealias Row = [SQLiteValue]

    private let path: String
    private let telemetry: DatabaseTelemetry
    private var connection: SQLiteConnection?
    private var statements = StatementCache()
    /// Whether the body of a transaction is under way.
    private var isInBody = false

    /// Opens a database, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - path: The file; `:memory:` for none.
    ///   - telemetry: Where statements are measured, made with the system `sqlite`.
    ///   - timeout: How long a statement waits for others that hold the database.
    public init(
        _ path: String, telemetry: DatabaseTelemetry, timeout: Duration = .seconds(5)
    ) throws(SQLiteError) {
        self.path = path
        self.telemetry = telemetry
        connection = try SQLiteConnection(path, timeout: timeout)
    }

    /// Runs one statement and gives its rows. Parameters are bound in their order.
    @discardableResult
    public func run(_ statement: String, _ parameters: SQLiteValue...) throws(SQLiteError) -> [Row] {
        try run(statement, parameters)
    }

    /// Runs one statement and gives its rows. Parameters are bound in their order.
    @discardableResult
    public func run(_ statement: String, _ parameters: [SQLiteValue]) throws(SQLiteError) -> [Row] {
        let known = statements.find(statement)
        let operation = known?.operation ?? StatementReader.operation(of: statement)
        var givesRows = false
        return try telemetry.run(operation, rows: { givesRows ? $0.count : nil }) { _ throws(SQLiteError) in
            try checkBody(operation, statement)
            let prepared = if let known { known } else { try prepare(statement, operation) }
            givesRows = prepared.givesRows
            return try prepared.run(parameters)
        }
    }

    /// How many rows the last `INSERT`, `UPDATE` or `DELETE` changed.
    public var changes: Int { connection?.changes ?? 0 }

    /// Runs `body` in a transaction that may write, which is taken back if it throws. Transactions do not nest.
    ///
    /// Some errors make SQLite take all of it back at once, such as a full disk. Even if `body` makes nothing of one, what
    /// it runs afterwards throws, and nothing is stored.
    @discardableResult
    public func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        let connection = try open("BEGIN IMMEDIATE")
        guard !connection.isInTransaction else {
            throw connection.misuse("a transaction is under way already, and transactions do not nest", nil)
        }
        try run("BEGIN IMMEDIATE")
        do {
            let result = try runBody(body)
            try run("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Closes the database. Later statements throw.
    public func close() {
        statements = StatementCache()
        connection = nil
    }

    private func runBody<Result>(_ body: () throws -> Result) rethrows -> Result {
        isInBody = true
        defer { isInBody = false }
        return try body()
    }

    /// What the body of a transaction runs is part of it, or an error: outside of it, it would be stored at once.
    private func checkBody(_ operation: DatabaseOperation, _ statement: String) throws(SQLiteError) {
        guard isInBody, let connection else { return }
        guard connection.isInTransaction else {
            throw connection.misuse("the transaction was taken back already, so its body can do no more", statement)
        }
        guard operation.name != "COMMIT", operation.name != "END" else {
            throw connection.misuse("a transaction is stored when its body returns, and not before", statement)
        }
    }

    private func rollBack() {
        // Some errors make SQLite take the transaction back by itself.
        guard let connection, connection.isInTransaction else { return }
        do {
            try run("ROLLBACK")
        } catch {
            Diagnostics.log(.warning, "A transaction could not be taken back: \(error)")
        }
    }

    private func open(_ statement: String) throws(SQLiteError) -> SQLiteConnection {
        if let connection { return connection }
        throw SQLiteError(code: SQLITE_MISUSE, message: "the database was closed", path: path, statement: statement)
    }

    private func prepare(_ text: String, _ operation: DatabaseOperation) throws(SQLiteError) -> SQLiteStatement {
        let statement = try open(text).prepare(text, operation)
        statements.keep(statement)
        return statement
    }
}
