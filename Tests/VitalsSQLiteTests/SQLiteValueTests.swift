import Testing
import VitalsSQLite

struct SQLiteValueTests {
    @Test func literalsWillDo() {
        let values: [SQLiteValue] = [nil, 1, 1.5, "a", "a\(1)"]
        #expect(values == [.null, .integer(1), .real(1.5), .text("a"), .text("a1")])
    }

    @Test func aValueIsWhatItIsAndNothingElse() {
        #expect(SQLiteValue.integer(42).int == 42)
        #expect(SQLiteValue.integer(42).double == 42)
        #expect(SQLiteValue.real(0.5).double == 0.5)
        #expect(SQLiteValue.text("a").string == "a")
        #expect(SQLiteValue.blob([1]).bytes == [1])
        for value in [SQLiteValue.null, .text("1")] {
            #expect(value.int == nil)
            #expect(value.double == nil)
            #expect(value.bytes == nil)
        }
        #expect(SQLiteValue.real(1).int == nil)
        #expect(SQLiteValue.integer(1).string == nil)
    }
}
