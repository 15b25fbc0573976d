import Testing
import VitalsInstrumentation

@testable import VitalsSQLite

struct SQLiteDatabaseTests {
    private struct Refused: Error {}

    @Test func whatIsWrittenIsReadAgain() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, weight REAL, photo BLOB)")
        try shop.database.run(
            "INSERT INTO users VALUES (?, ?, ?, ?)", .integer(.min), .text("Ann\0a 🦉"), .real(-0.5), .blob([0, 255]))
        #expect(shop.database.changes == 1)
        try shop.database.run("INSERT INTO users VALUES (?, ?, ?, ?)", .integer(.max), .text(""), .null, .blob([]))
        let rows = try shop.other().run("SELECT id, name, weight, photo FROM users ORDER BY id")
        #expect(
            rows == [
                [.integer(.min), .text("Ann\0a 🦉"), .real(-0.5), .blob([0, 255])],
                [.integer(.max), .text(""), .null, .blob([])],
            ])
    }

    @Test func aTransactionIsAllOrNothing() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        try shop.database.transaction {
            try shop.database.run("INSERT INTO orders VALUES (1)")
            try shop.database.run("INSERT INTO orders VALUES (2)")
        }
        #expect(throws: Refused.self) {
            try shop.database.transaction {
                try shop.database.run("INSERT INTO orders VALUES (3)")
                throw Refused()
            }
        }
        #expect(try shop.other().run("SELECT count(*) FROM orders") == [[.integer(2)]])
    }

    @Test func whatComesAfterCloseIsAnError() throws {
        let shop = try TestShop()
        shop.database.close()
        let error = complaint { try shop.database.run("SELECT 1") }
        #expect(error?.code == 21)
        #expect(error?.message == "the database was closed")
        #expect(complaint { try shop.database.transaction {} }?.message == "the database was closed")
        shop.database.close()
    }
}
