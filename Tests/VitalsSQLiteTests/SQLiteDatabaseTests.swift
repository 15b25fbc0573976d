import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

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

    @Test func whatAChangeReturnsAreRows() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL)")
        let id = try shop.database.transaction {
            try shop.database.run("INSERT INTO orders (total) VALUES (?) RETURNING id", 4.5).first?[0].int
        }
        #expect(id == 1)
        #expect(try shop.database.run("SELECT id FROM orders WHERE total > ?", 4) == [[1]])
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

    @Test func numbersAtTheirLimitsStayWhatTheyAre() throws {
        let shop = try TestShop()
        let values: [SQLiteValue] = [
            .integer(.max), .integer(.min), .real(.infinity), .real(-.infinity), .real(.greatestFiniteMagnitude),
            .real(.leastNonzeroMagnitude),
        ]
        #expect(try shop.database.run("SELECT ?, ?, ?, ?, ?, ?", values) == [values])
        // What no integer holds is a double to SQLite, or an error.
        #expect(try shop.database.run("SELECT 9223372036854775808") == [[9223372036854775808.0]])
        #expect(
            complaint {
                try shop.database.run("SELECT sum(a) FROM (SELECT ? AS a UNION ALL SELECT 1)", .integer(.max))
            }?
            .message == "integer overflow")
    }

    @Test func textThatIsNoTextIsRepaired() throws {
        let shop = try TestShop()
        #expect(try shop.database.run("SELECT CAST(X'61FF62' AS TEXT)") == [["a\u{FFFD}b"]])
    }

    @Test func aStatementIsMeasuredByWhatItDoes() throws {
        let shop = try TestShop(recordsStatements: true)
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        try shop.database.transaction {
            for id in 1...3 { try shop.database.run("INSERT INTO orders VALUES (?)", .integer(Int64(id))) }
        }
        #expect(try shop.database.run("SELECT id FROM orders").count == 3)
        #expect(try shop.database.run("SELECT id FROM orders WHERE id > 3").isEmpty)
        let metrics = shop.reader.collect()
        func labels(_ operation: String, _ collection: String?) -> Attributes {
            var labels: Attributes = [
                "db.system.name": "sqlite", "db.namespace": "shop", "db.operation.name": .string(operation),
            ]
            labels["db.collection.name"] = collection.map { .string($0) }
            return labels
        }
        let durations = try #require(metrics["db.client.operation.duration"])
        for (operation, collection, count) in [
            ("CREATE TABLE", "orders", 1), ("BEGIN", nil, 1), ("INSERT", "orders", 3), ("COMMIT", nil, 1),
            ("SELECT", "orders", 2),
        ] as [(String, String?, UInt64)] {
            #expect(durations[labels(operation, collection)]?.histogram?.count == count, "\(operation)")
        }
        #expect(durations.points.count == 5)
        let rows = try #require(metrics["db.client.response.returned_rows"])
        #expect(rows.points.count == 1)
        #expect(rows[labels("SELECT", "orders")]?.histogram?.count == 2)
        #expect(rows[labels("SELECT", "orders")]?.histogram?.sum == 3)
        #expect(
            shop.exporter.spans.map(\.name) == [
                "CREATE TABLE orders", "BEGIN shop", "INSERT orders", "INSERT orders", "INSERT orders", "COMMIT shop",
                "SELECT orders", "SELECT orders",
            ])
        #expect(shop.exporter.spans.map { $0.attributes["db.query.text"] }[2] == "INSERT INTO orders VALUES (?)")
    }

    @Test func whatIsBoundIsForgotten() throws {
        let shop = try TestShop()
        #expect(try shop.database.run("SELECT ?", 1) == [[1]])
        #expect(complaint { try shop.database.run("SELECT ?", .real(.nan)) } != nil)
        #expect(try shop.database.run("SELECT ?", nil) == [[nil]])
    }

    @Test func aStatementOutlivesAChangeOfItsTable() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        try shop.database.run("INSERT INTO orders VALUES (1)")
        #expect(try shop.database.run("SELECT * FROM orders") == [[1]])
        try shop.other().run("ALTER TABLE orders ADD COLUMN name TEXT DEFAULT 'new'")
        #expect(try shop.database.run("SELECT * FROM orders") == [[1, "new"]])
    }

    @Test func textsThatOnlyLookTheSameAreRunAsTheyAre() throws {
        let shop = try TestShop()
        for _ in 0..<2 {
            #expect(try shop.database.run("SELECT hex('\u{E9}')") == [["C3A9"]])
            #expect(try shop.database.run("SELECT hex('e\u{301}')") == [["65CC81"]])
        }
    }

    @Test func moreStatementsThanAreKeptAreRun() throws {
        let shop = try TestShop()
        for round in 0..<2 {
            for number in 0..<100 {
                #expect(try shop.database.run("SELECT \(number)") == [[.integer(Int64(number))]], "round \(round)")
            }
        }
    }

    @Test func transactionsDoNotNest() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        let error = complaint {
            try shop.database.transaction {
                try shop.database.run("INSERT INTO orders VALUES (1)")
                try shop.database.transaction { try shop.database.run("INSERT INTO orders VALUES (2)") }
            }
        }
        #expect(error?.message == "a transaction is under way already, and transactions do not nest")
        #expect(try shop.database.run("SELECT * FROM orders") == [])
        try shop.database.run("BEGIN")
        #expect(complaint { try shop.database.transaction {} }?.code == 21)
        try shop.database.run("ROLLBACK")
        #expect(try shop.database.transaction { 42 } == 42)
    }

    @Test func aTransactionThatEndsByItselfIsAnError() throws {
        let shop = try TestShop()
        #expect(
            complaint { try shop.database.transaction { try shop.database.run("ROLLBACK") } }?.message
                == "cannot commit - no transaction is active")
        #expect(complaint { try shop.database.transaction { shop.database.close() } }?.code == 21)
    }

    @Test(arguments: ["INSERT OR ROLLBACK INTO orders VALUES (1)", "ROLLBACK"])
    func aTransactionThatWasTakenBackUnderItsBodyStoresNothing(_ statement: String) throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        let error = complaint {
            try shop.database.transaction {
                try shop.database.run("INSERT INTO orders VALUES (1)")
                _ = complaint { try shop.database.run(statement) }
                for late in ["INSERT INTO orders VALUES (2)", "SELECT * FROM orders", "BEGIN", "COMMIT"] {
                    #expect(
                        complaint { try shop.database.run(late) }?.message
                            == "the transaction was taken back already, so its body can do no more", "\(late)")
                }
                #expect(complaint { try shop.database.transaction {} }?.code == 21)
            }
        }
        #expect(error?.message == "cannot commit - no transaction is active")
        #expect(try shop.database.run("SELECT * FROM orders") == [])
        try shop.database.transaction { try shop.database.run("INSERT INTO orders VALUES (3)") }
        #expect(try shop.other().run("SELECT * FROM orders") == [[3]])
    }

    @Test(arguments: ["COMMIT", "END", "; /* now */ end transaction"])
    func aTransactionIsStoredOnlyWhenItsBodyIsDone(_ statement: String) throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        let error = complaint {
            try shop.database.transaction {
                try shop.database.run("INSERT INTO orders VALUES (1)")
                try shop.database.run(statement)
            }
        }
        #expect(error?.message == "a transaction is stored when its body returns, and not before")
        #expect(error?.code == 21)
        #expect(try shop.database.run("SELECT * FROM orders") == [])
        try shop.database.run("BEGIN")
        try shop.database.run("INSERT INTO orders VALUES (2)")
        try shop.database.run(statement)
        #expect(try shop.other().run("SELECT * FROM orders") == [[2]])
    }

    @Test func aBodyMayTakeAPartBack() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        try shop.database.transaction {
            for id in [1, 2] as [SQLiteValue] {
                try shop.database.run("SAVEPOINT part")
                try shop.database.run("INSERT INTO orders VALUES (?)", id)
                if id == 2 { try shop.database.run("ROLLBACK TO part") }
                try shop.database.run("RELEASE part")
            }
        }
        #expect(try shop.other().run("SELECT * FROM orders") == [[1]])
    }

    @Test func whoeverHoldsTheDatabaseIsWaitedForOnlySoLong() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        let other = try shop.other()
        try shop.database.transaction {
            let error = complaint { try other.run("INSERT INTO orders VALUES (1)") }
            #expect((error?.code ?? 0) & 0xFF == 5)
            #expect(error?.message == "database is locked")
            let late = complaint { try other.transaction {} }
            #expect((late?.code ?? 0) & 0xFF == 5)
            let rows = try other.run("SELECT * FROM orders")
            #expect(rows == [])
        }
        try other.run("INSERT INTO orders VALUES (1)")
        // A reader keeps the commit waiting, and the transaction is taken back.
        let impatient = try shop.other(timeout: .milliseconds(1))
        try shop.database.run("BEGIN")
        #expect(try shop.database.run("SELECT * FROM orders") == [[1]])
        let error = complaint { try impatient.transaction { try impatient.run("INSERT INTO orders VALUES (2)") } }
        #expect((error?.code ?? 0) & 0xFF == 5)
        try shop.database.run("COMMIT")
        #expect(try impatient.run("SELECT * FROM orders") == [[1]])
        try impatient.transaction { try impatient.run("INSERT INTO orders VALUES (2)") }
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(-1), .seconds(Int64.min), .nanoseconds(1), .zero])
    func anyTimeToWaitWillDo(_ timeout: Duration) throws {
        let shop = try TestShop(timeout: timeout)
        #expect(try shop.database.run("SELECT 1") == [[1]])
    }

    @Test func aWriterWaitsForAnother() async throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        let path = shop.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let keeper = try Keeper(path)
                    for id in 0..<10 { try await keeper.keep(id) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try shop.database.run("SELECT count(*) FROM orders") == [[30]])
    }

    /// What a program does with a database: it belongs to an actor.
    private actor Keeper {
        private let database: SQLiteDatabase

        init(_ path: String) throws {
            database = try SQLiteDatabase(path, telemetry: unseen, timeout: .seconds(60))
        }

        func keep(_ id: Int) throws {
            try database.transaction { try database.run("INSERT INTO orders VALUES (?)", .integer(Int64(id))) }
        }
    }
}
