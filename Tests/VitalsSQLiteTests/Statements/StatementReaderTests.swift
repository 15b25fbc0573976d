import Testing
import VitalsInstrumentation

@testable import VitalsSQLite

struct StatementReaderTests {
    @Test(arguments: [
        ("SELECT * FROM orders", "SELECT", "orders"),
        ("select id from Orders where id = ?", "SELECT", "Orders"),
        ("SELECT a,b FROM orders AS o JOIN users", "SELECT", "orders"),
        ("SELECT(SELECT max(id) FROM carts)FROM orders", "SELECT", "orders"),
        ("SELECT a IS DISTINCT FROM b FROM orders", "SELECT", "orders"),
        ("SELECT DISTINCT a FROM orders", "SELECT", "orders"),
        ("SELECT 'FROM carts', \"from\" FROM orders", "SELECT", "orders"),
        ("SELECT :from, @from, $from, ?1 FROM orders", "SELECT", "orders"),
        ("SELECT 1 FROM main.orders", "SELECT", "main.orders"),
        ("SELECT 1 FROM \"my \"\"orders\"\"\" x", "SELECT", "my \"orders\""),
        ("SELECT 1 FROM [my orders]", "SELECT", "my orders"),
        ("SELECT 1 FROM `main` . 'orders'", "SELECT", "main.orders"),
        ("SELECT 1 FROM \"\"\"\"", "SELECT", "\""),
        ("SELECT 1 FROM größe", "SELECT", "größe"),
        ("-- FROM carts\nSELECT /* FROM carts */ 1 --\nFROM/**/orders", "SELECT", "orders"),
        (" \t\r\n;SELECT 1 FROM orders;", "SELECT", "orders"),
        ("\u{FEFF}SELECT 1 FROM orders", "SELECT", "orders"),
        ("SELECT 1 UNION SELECT 2 FROM orders", "SELECT", "orders"),
        ("INSERT INTO orders(id) VALUES (?)", "INSERT", "orders"),
        ("INSERT OR IGNORE INTO orders VALUES (?)", "INSERT", "orders"),
        ("insert or replace into main.orders select * from carts", "INSERT", "main.orders"),
        ("REPLACE INTO orders VALUES (1)", "REPLACE", "orders"),
        ("UPDATE orders SET a = 1 FROM carts", "UPDATE", "orders"),
        ("UPDATE OR ABORT \"orders\" SET a = 1", "UPDATE", "orders"),
        ("DELETE FROM orders WHERE id = ?", "DELETE", "orders"),
        ("CREATE TABLE orders (id INTEGER)", "CREATE TABLE", "orders"),
        ("CREATE TEMP TABLE IF NOT EXISTS orders (id INTEGER)", "CREATE TABLE", "orders"),
        ("CREATE VIRTUAL TABLE texts USING fts5(body)", "CREATE TABLE", "texts"),
        ("DROP TABLE IF EXISTS orders", "DROP TABLE", "orders"),
        ("ALTER TABLE orders ADD COLUMN a", "ALTER TABLE", "orders"),
        ("WITH c AS (SELECT 1 FROM carts) SELECT * FROM orders", "SELECT", "orders"),
        (
            "WITH c(a, b) AS NOT MATERIALIZED (SELECT ')'), d AS (VALUES (1)) INSERT INTO orders SELECT *", "INSERT",
            "orders"
        ),
        ("WITH RECURSIVE c AS (SELECT 1) UPDATE c SET a = 1", "UPDATE", "c"),
        ("WITH c AS (SELECT 1) SELECT * FROM main.c", "SELECT", "main.c"),
    ])
    func itFindsWhatIsDoneAndTheFirstTable(_ text: String, _ name: String, _ collection: String) {
        let operation = StatementReader.operation(of: text)
        #expect(operation.name == name)
        #expect(operation.collection == collection)
        #expect(operation.statement == text)
        #expect(operation.summary == nil)
    }

    @Test(arguments: [
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("COMMIT", "COMMIT"),
        ("ROLLBACK TO orders", "ROLLBACK"),
        ("SAVEPOINT orders", "SAVEPOINT"),
        ("PRAGMA table_info(orders)", "PRAGMA"),
        ("EXPLAIN SELECT 1 FROM orders", "EXPLAIN"),
        ("VALUES (1)", "VALUES"),
        ("CREATE UNIQUE INDEX by_id ON orders (id)", "CREATE INDEX"),
        ("CREATE VIEW cheap AS SELECT * FROM orders", "CREATE VIEW"),
        ("DROP TRIGGER IF EXISTS orders", "DROP TRIGGER"),
        ("SELECT 1", "SELECT"),
        ("SELECT (1 FROM orders", "SELECT"),
        ("SELECT 1 FROM (SELECT * FROM orders)", "SELECT"),
        ("SELECT 1 FROM json_each(?)", "SELECT"),
        ("SELECT 1 FROM", "SELECT"),
        ("SELECT 1 FROM ?", "SELECT"),
        ("SELECT 1 FROM 1st", "SELECT"),
        ("SELECT 1 FROM \"\"", "SELECT"),
        ("SELECT 1 FROM \"orders", "SELECT"),
        ("SELECT 1 FROM [orders", "SELECT"),
        ("SELECT 1 FROM main.", "SELECT"),
        ("SELECT 1 -- FROM orders", "SELECT"),
        ("SELECT 1; DELETE FROM orders", "SELECT"),
        ("SELECT 1 /* FROM orders", "SELECT"),
        ("INSERT orders VALUES (1)", "INSERT"),
        ("INSERT OR", "INSERT"),
        ("DELETE orders", "DELETE"),
        ("WITH Recent AS (SELECT * FROM orders) SELECT * FROM recent", "SELECT"),
        ("CREATE orders", "CREATE"),
        ("", ""),
        ("orders", ""),
        ("SELECTED FROM orders", ""),
        ("\"SELECT\" FROM orders", ""),
        ("WITH", ""),
        ("WITH c AS (SELECT", ""),
        ("WITH (((((", ""),
        ("/*", ""),
        ("'", ""),
        ("\u{FEFF}\u{0}\u{1}🦉", ""),
    ])
    func whatIsNotUnderstoodIsAbsent(_ text: String, _ name: String) {
        let operation = StatementReader.operation(of: text)
        #expect(operation.name == name)
        #expect(operation.collection == nil)
    }

    @Test func aNameMayHaveSoManyBytes() {
        let long = String(repeating: "a", count: 128)
        #expect(StatementReader.operation(of: "DELETE FROM \(long)").collection == long)
        #expect(StatementReader.operation(of: "DELETE FROM \(long)a").collection == nil)
    }

    @Test func onlyTheBeginningOfALongTextIsLookedAt() {
        let end = 16 << 10
        for (text, collection) in [("orders", "orders"), ("orders ", "orders"), ("\"orders\" ", "orders")] {
            for count in (end - 12)...(end + 2) {
                let padding = String(repeating: " ", count: count - 12)
                let operation = StatementReader.operation(of: "SELECT \(padding) FROM \(text)")
                #expect(operation.collection == nil || operation.collection == collection, "\(text) at \(count)")
                #expect(operation.name == "SELECT")
            }
        }
        let space = String(repeating: " ", count: 1 << 20)
        #expect(StatementReader.operation(of: "SELECT 1\(space)FROM orders").collection == nil)
        #expect(StatementReader.operation(of: "\(space)SELECT").name == "")
    }
}
