import VitalsSQLite

/// Somebody who buys.
struct User: Sendable, Equatable {
    let id: Int64
    let name: String
    let email: String

    init?(_ row: SQLiteDatabase.Row) {
        guard row.count == 3, case .integer(let id) = row[0], case .text(let name) = row[1],
            case .text(let email) = row[2]
        else { return nil }
        self.id = id
        self.name = name
        self.email = email
    }

    var json: String { "{\"id\":\(id),\"name\":\(JSON.text(name)),\"email\":\(JSON.text(email))}\n" }
}
