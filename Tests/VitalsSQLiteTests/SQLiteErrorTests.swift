import Testing
import VitalsInstrumentation
import VitalsSQLite

struct SQLiteErrorTests {
    @Test func aPathThatCannotBeOpenedIsAnError() {
        #expect(throws: SQLiteError.self) {
            try SQLiteDatabase("/nowhere/at/all/shop.db", telemetry: .init(system: "sqlite"))
        }
    }
}
