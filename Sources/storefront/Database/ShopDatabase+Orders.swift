import Vitals
import VitalsSQLite

extension ShopDatabase {
    /// Places an order, together with the message that tells of it: there is one if, and only if, there is the other.
    ///
    /// - Parameters:
    ///   - began: When the customer began to check out, in unix nanoseconds.
    ///   - message: Makes the message for the order.
    func place(
        _ cart: Cart, began: UInt64, message: @Sendable (OrderPlaced) -> Envelope
    ) throws -> OrderPlaced {
        let order = try sqlite.transaction {
            let rows = try sqlite.run(
                """
                INSERT INTO orders (cart_id, user_id, cents, payment_method, began_at) VALUES (?, ?, ?, ?, ?) RETURNING id
                """,
                .integer(cart.id), .integer(cart.buyer), .integer(cart.cents), .text(cart.paymentMethod),
                .integer(Int64(clamping: began)))
            guard let row = rows.first, case .integer(let id) = row[0] else { throw MissingOrder() }
            let order = OrderPlaced(id: id, buyer: cart.buyer, cents: cart.cents, began: began)
            let envelope = message(order)
            try sqlite.run(
                "INSERT INTO outbox (id, destination, headers, body) VALUES (?, ?, ?, ?)",
                .integer(id), .text(envelope.destination), .text(envelope.storedHeaders), .blob(envelope.body))
            return order
        }
        waitingMessages += 1
        return order
    }

    /// The oldest messages that were not sent. One that cannot be read holds up those behind it, as one that cannot be sent
    /// does.
    func pendingMessages(_ limit: Int) throws -> [Envelope] {
        guard waitingMessages > 0 else { return [] }
        return try sqlite.run(
            "SELECT id, destination, headers, body FROM outbox ORDER BY id LIMIT ?", .integer(Int64(limit))
        ).map { row in
            guard case .integer(let id) = row[0], case .text(let destination) = row[1],
                case .text(let headers) = row[2], case .blob(let body) = row[3]
            else { throw UnreadableMessage(row: row) }
            return Envelope(id: "\(id)", destination: destination, storedHeaders: headers, body: body)
        }
    }

    /// Forgets messages that were sent.
    func removeMessages(_ ids: [String]) throws {
        waitingMessages -= try sqlite.transaction {
            try ids.compactMap { Int64($0) }.reduce(0) { count, id in
                try sqlite.run("DELETE FROM outbox WHERE id = ?", .integer(id))
                return count + sqlite.changes
            }
        }
    }

    /// Stores what came of a window. One that was cut by a restart is added to.
    func store(_ window: WindowSummary) throws {
        try sqlite.run(
            """
            INSERT INTO windows (began_at, buyers, cents) VALUES (?, ?, ?)
                ON CONFLICT (began_at) DO UPDATE SET buyers = buyers + excluded.buyers, cents = cents + excluded.cents
            """,
            .integer(Int64(clamping: window.began / 1_000_000_000)), .integer(Int64(window.buyers)),
            .integer(window.cents))
    }
}

/// The database took an order and gave it no number.
struct MissingOrder: Error {}

/// A row of the outbox is no message.
struct UnreadableMessage: Error, CustomStringConvertible {
    let row: SQLiteDatabase.Row

    var description: String {
        "the row \(row[0]) of the table outbox is no message: mend it or delete it, as those behind it wait"
    }
}
