import Glibc
import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@testable import VitalsSQLite

struct SQLiteErrorTests {
    /// Nobody can make a file in /proc, root neither.
    @Test(arguments: ["/nowhere/at/all/shop.db", "/proc/shop.db", "/tmp", "", "/tmp/shop\0.db"])
    func aPathThatCannotBeOpenedIsNamed(_ path: String) throws {
        // SQLite takes no path for a database that is gone with its connection.
        guard !path.isEmpty else {
            try SQLiteDatabase(path, telemetry: unseen).run("CREATE TABLE orders (id INTEGER)")
            return
        }
        let error = complaint { _ = try SQLiteDatabase(path, telemetry: unseen) }
        #expect((error?.code ?? 0) & 0xFF == 14)
        #expect(error?.path == path)
        #expect(error?.description.contains(path) == true)
        #expect(error?.statement == nil)
    }

    @Test func itShowsTheStatementOnlyToWhoeverDebugs() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE users (email TEXT UNIQUE)")
        let insert = "INSERT INTO users VALUES (?)"
        try shop.database.run(insert, "ann@example.com")
        let error = try #require(complaint { try shop.database.run(insert, "ann@example.com") })
        #expect(error.code == 2067)
        #expect(error.databaseStatusCode == "2067")
        #expect(error.message == "UNIQUE constraint failed: users.email")
        #expect(error.statement == insert)
        #expect("\(error)" == "SQLite: UNIQUE constraint failed: users.email (2067) in \(shop.path)")
        #expect(String(reflecting: error) == "\(error): \(insert)")
    }

    @Test(
        arguments: [
            ("SELECT 'my card 4111", "unrecognized token: \"'my card 4111\""),
            ("SELECT 1 4111", "near \"4111\": syntax error"),
            ("SELECT [4111]", "no such column: 4111"),
            ("SELECT json_extract('{}', '4111')", "JSON path error near '4111'"),
            ("ATTACH '/nowhere/4111' AS other", "unable to open database: /nowhere/4111"),
        ])
    func itQuotesTheStatementOnlyToWhoeverDebugs(_ statement: String, _ message: String) throws {
        let shop = try TestShop()
        let error = try #require(complaint { try shop.database.run(statement) })
        #expect(error.message == message)
        #expect(!"\(error)".contains("4111"))
        #expect(String(reflecting: error) == "SQLite: \(message) (\(error.code)) in \(shop.path): \(statement)")
        let span = try #require(shop.exporter.spans.first)
        #expect(span.status == .error("\(error)"))
        #expect(!"\(span.attributes) \(span.events.map(\.attributes))".contains("4111"))
    }

    @Test func theWordsOfATriggerAreNotShown() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        try shop.database.run(
            "CREATE TRIGGER full BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'no card 4111'); END")
        let error = try #require(complaint { try shop.database.run("INSERT INTO orders VALUES (1)") })
        #expect(error.message == "no card 4111")
        #expect("\(error)" == "SQLite: constraint failed (1811) in \(shop.path)")
    }

    @Test func itsCodeIsInTheMetricAndOnTheSpan() throws {
        let shop = try TestShop()
        _ = complaint { try shop.database.run("SELECT * FROM orders") }
        let labels: Attributes = [
            "db.system.name": "sqlite", "db.namespace": "shop", "db.operation.name": "SELECT",
            "db.collection.name": "orders", "db.response.status_code": "1", "error.type": "VitalsSQLite.SQLiteError",
        ]
        #expect(shop.reader.histogram("db.client.operation.duration", labels)?.count == 1)
        let span = try #require(shop.exporter.spans.first)
        #expect(span.attributes == labels)
        #expect(span.status == .error("SQLite: SQL logic error (1) in \(shop.path)"))
        #expect(span.events.allSatisfy { !"\($0.attributes)".contains("SELECT") })
    }

    @Test(
        arguments: [
            ("SELECT ?, ?", [1], "the statement takes 2 parameters and was given 1"),
            ("SELECT 1", [nil], "the statement takes 0 parameters and was given 1"),
            ("SELECT ?", [.real(.nan)], "parameter 1 is NaN, which SQLite does not know"),
            ("SELECT 1; SELECT 2", [], "there is more than one statement"),
            ("SELECT 1; nonsense", [], "there is more than one statement"),
            ("SELECT 1; -- more\n; /* more */ )", [], "there is more than one statement"),
            ("SELECT 1; 'open", [], "there is more than one statement"),
            ("SELECT 1; [open", [], "there is more than one statement"),
            ("SELECT 1; ?", [], "there is more than one statement"),
            ("SELECT 1\0; SELECT 2", [], "there is a NUL in the statement"),
            ("", [], "there is no statement"),
            (" -- nothing", [], "there is no statement"),
            (";", [], "there is no statement"),
        ] as [(String, [SQLiteValue], String)])
    func whatCouldOnlyGoWrongIsRefused(_ statement: String, _ parameters: [SQLiteValue], _ message: String) throws {
        let shop = try TestShop()
        let error = complaint { try shop.database.run(statement, parameters) }
        #expect(error?.code == 21)
        #expect(error?.message == message)
        #expect(error?.statement == statement)
        #expect(error?.description == "SQLite: \(message) (21) in \(shop.path)")
        // SQLite answered nothing.
        let span = try #require(shop.exporter.spans.first)
        #expect(span.attributes["error.type"] == "VitalsSQLite.SQLiteError")
        #expect(span.attributes["db.response.status_code"] == nil)
        #expect(shop.reader.histogram("db.client.operation.duration", span.attributes)?.count == 1)
        #expect(try shop.database.run("SELECT 1") == [[1]])
    }

    /// SQLite does what some pragmas say when it only prepares them.
    @Test func aSecondStatementDoesNothing() throws {
        let shop = try TestShop()
        try shop.database.run("PRAGMA foreign_keys = OFF")
        #expect(complaint { try shop.database.run("SELECT 1; PRAGMA foreign_keys = ON") }?.code == 21)
        #expect(try shop.database.run("PRAGMA foreign_keys") == [[0]])
    }

    @Test(arguments: [
        "SELECT 1;", "SELECT 1 ; -- done", "SELECT 1;;", "/* first */ SELECT 1", "SELECT 1; \u{FEFF}\t/* ; ' */ ;-- ;",
    ])
    func whatSurroundsAStatementIsNone(_ statement: String) throws {
        let shop = try TestShop()
        #expect(try shop.database.run(statement) == [[1]])
    }

    @Test func aFullDiskIsAnErrorAndTakesNothing() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE photos (bytes BLOB)")
        try shop.database.run("PRAGMA max_page_count = 4")
        let photo = SQLiteValue.blob(Array(repeating: 1, count: 100_000))
        let error = complaint { try shop.database.run("INSERT INTO photos VALUES (?)", photo) }
        #expect(error?.code == 13)
        #expect(error?.message == "database or disk is full")
        #expect(
            complaint {
                try shop.database.transaction { try shop.database.run("INSERT INTO photos VALUES (?)", photo) }
            }?.code == 13)
        #expect(try shop.database.run("SELECT count(*) FROM photos") == [[0]])
    }

    @Test func aFileThatIsNoDatabaseIsAnError() throws {
        let shop = try TestShop()
        let file = try #require(fopen(shop.path, "w"))
        fputs(String(repeating: "no database at all\n", count: 100), file)
        fclose(file)
        let error = complaint { try shop.database.run("SELECT * FROM orders") }
        #expect(error?.code == 26)
        #expect(error?.message == "file is not a database")
        #expect(error?.description.contains(shop.path) == true)
    }

    @Test func aDatabaseThatWasDamagedIsAnError() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT)")
        for number in 0..<100 {
            try shop.database.run("INSERT INTO orders VALUES (?, ?)", .integer(Int64(number)), "\(number)")
        }
        shop.database.close()
        let file = try #require(fopen(shop.path, "r+"))
        fseek(file, 4096, SEEK_SET)
        fputs(String(repeating: "\u{7F}", count: 4096), file)
        fclose(file)
        let error = complaint { try shop.other().run("SELECT * FROM orders") }
        #expect((error?.code ?? 0) & 0xFF == 11)
        #expect(error?.message.contains("malformed") == true)
    }

    @Test func aFolderWhereNobodyMayWriteIsAnError() throws {
        let shop = try TestShop()
        try shop.database.run("CREATE TABLE orders (id INTEGER)")
        shop.database.close()
        chmod(shop.folder, 0o555)
        chmod(shop.path, 0o666)
        defer { chmod(shop.folder, 0o700) }
        try asNobody {
            let new = complaint { try SQLiteDatabase(shop.folder + "/new.db", telemetry: unseen) }
            #expect((new?.code ?? 0) & 0xFF == 14)
            #expect(new?.path == shop.folder + "/new.db")
            let database = try shop.other()
            #expect(try database.run("SELECT * FROM orders") == [])
            // The file may be written, but not beside it, where SQLite notes what it needs to take a change back.
            let insert = complaint { try database.run("INSERT INTO orders VALUES (1)") }
            #expect([8, 14].contains((insert?.code ?? 0) & 0xFF))
        }
        chmod(shop.path, 0o444)
        asNobody {
            let error = complaint { try shop.other().run("INSERT INTO orders VALUES (1)") }
            #expect(error?.code == 8)
            #expect(error?.message == "attempt to write a readonly database")
        }
    }

    /// Runs `body` as a user without rights, which root is not: on this thread, and for files only.
    private func asNobody(_ body: () throws -> Void) rethrows {
        let user = setfsuid(65534)
        defer { _ = setfsuid(UInt32(bitPattern: user)) }
        try body()
    }
}

/// The header that declares it is not among those that Swift knows.
@_silgen_name("setfsuid")
private func setfsuid(_ user: UInt32) -> Int32
