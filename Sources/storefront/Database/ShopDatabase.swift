import Vitals
import VitalsSQLite

/// The database of the shop. Its statements run one after the other on a thread of their own, and are measured by
/// `SQLiteDatabase`.
actor ShopDatabase {
    private let thread: DatabaseThread
    let sqlite: SQLiteDatabase
    /// Nil if the database is nobody else's anyway, or closed.
    private var lock: DatabaseLock?
    /// How many messages the outbox has, so that nobody asks the database for none.
    var waitingMessages: Int

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the database, and fills it if it is new.
    init(_ file: String, telemetry: DatabaseTelemetry) throws {
        thread = try DatabaseThread()
        sqlite = try SQLiteDatabase(file, telemetry: telemetry)
        lock = file == ":memory:" ? nil : try DatabaseLock(file)
        try Schema.prepare(sqlite)
        let counts = try sqlite.run("SELECT COUNT(*) FROM outbox")
        guard let row = counts.first, case .integer(let count) = row[0] else {
            throw StartError(description: "the outbox in \(file) cannot be counted")
        }
        waitingMessages = Int(clamping: count)
    }

    func user(_ id: Int64) throws -> User? {
        try sqlite.run("SELECT id, name, email FROM users WHERE id = ?", .integer(id)).first.flatMap(User.init)
    }

    func session(_ id: Int64) throws -> Session? {
        try sqlite.run("SELECT id, user_id, started_at FROM sessions WHERE id = ?", .integer(id)).first
            .flatMap(Session.init)
    }

    func cart(_ id: Int64) throws -> Cart? {
        let carts = try sqlite.run("SELECT user_id, payment_method FROM carts WHERE id = ?", .integer(id))
        guard let row = carts.first, case .integer(let buyer) = row[0], case .text(let method) = row[1] else {
            return nil
        }
        let items = try sqlite.run(
            "SELECT COUNT(*), COALESCE(SUM(quantity * cents), 0) FROM cart_items WHERE cart_id = ?", .integer(id))
        guard let row = items.first, case .integer(let count) = row[0], case .integer(let cents) = row[1] else {
            return nil
        }
        return Cart(id: id, buyer: buyer, paymentMethod: method, items: Int(clamping: count), cents: cents)
    }

    /// Closes the database; what is asked afterwards throws.
    func close() {
        sqlite.close()
        lock = nil
    }
}
