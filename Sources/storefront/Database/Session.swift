import VitalsSQLite

/// A visit of a user.
struct Session: Sendable, Equatable {
    let id: Int64
    let user: Int64
    /// In seconds since 1970.
    let startedAt: Int64

    init?(_ row: SQLiteDatabase.Row) {
        guard row.count == 3, case .integer(let id) = row[0], case .integer(let user) = row[1],
            case .integer(let startedAt) = row[2]
        else { return nil }
        self.id = id
        self.user = user
        self.startedAt = startedAt
    }

    var json: String { "{\"id\":\(id),\"user\":\(user),\"started_at\":\(startedAt)}\n" }
}
