import Testing
import VitalsInstrumentation

@testable import VitalsSQLite

struct StatementCacheTests {
    private let connection: SQLiteConnection

    init() throws {
        connection = try SQLiteConnection(":memory:", timeout: .zero)
    }

    @Test func theOneThatWasNotUsedForLongestGoes() throws {
        var cache = StatementCache(capacity: 2)
        for text in ["SELECT 1", "SELECT 2"] {
            cache.keep(try connection.prepare(text, DatabaseOperation("SELECT")))
        }
        #expect(cache.find("SELECT 1")?.text == "SELECT 1")
        cache.keep(try connection.prepare("SELECT 3", DatabaseOperation("SELECT")))
        #expect(cache.find("SELECT 2") == nil)
        #expect(cache.find("SELECT 1") != nil)
        #expect(cache.find("SELECT 3") != nil)
    }

    @Test func textsThatOnlyLookTheSameAreDifferentStatements() throws {
        var cache = StatementCache()
        for (text, other) in [("SELECT '\u{E9}'", "SELECT 'e\u{301}'"), ("SELECT 'e\u{301}'", "SELECT '\u{E9}'")] {
            cache.keep(try connection.prepare(text, DatabaseOperation("SELECT")))
            let found = cache.find(text)
            #expect(found.map { Array($0.text.utf8) } == Array(text.utf8))
            #expect(cache.find(other) == nil)
        }
    }

    @Test func aStatementMayBeRunAfterItWent() throws {
        var cache = StatementCache(capacity: 1)
        let first = try connection.prepare("SELECT 1", DatabaseOperation("SELECT"))
        cache.keep(first)
        cache.keep(try connection.prepare("SELECT 2", DatabaseOperation("SELECT")))
        #expect(cache.find("SELECT 1") == nil)
        #expect(try first.run([]) == [[1]])
    }
}
