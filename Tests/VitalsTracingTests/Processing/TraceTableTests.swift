import Testing

@testable import VitalsTracing

@Suite("A table of traces")
struct TraceTableTests {
    private func id(_ number: Int) -> TraceID { TraceID(high: 1, low: UInt64(number)) }

    @Test("knows the oldest trace, whatever was taken out, changed or put in again")
    func oldest() {
        var table = TraceTable<String>()
        #expect(table.oldest() == nil)
        for number in 1...4 { table.insert("\(number)", for: id(number), at: UInt64(number)) }
        #expect(table.oldest(before: 1) == nil)
        #expect(table.oldest(before: 2) == id(1))
        #expect(table.oldest() == id(1))
        #expect(table.remove(id(2)) == "2")
        #expect(table.remove(id(2)) == nil)
        #expect(table.oldest() == id(1))
        table.insert("again", for: id(1), at: 5)
        #expect(table.oldest() == id(3))
        #expect(table.update(id(3)) { $0 += "!" } != nil)
        #expect(table.update(id(2)) { $0 += "!" } == nil)
        #expect(table.update(id(3)) { $0 } == "3!")
        #expect(table.oldest() == id(3))
        for number in [3, 4] { table.remove(id(number)) }
        #expect(table.oldest() == id(1))
        #expect(table.count == 1)
        table.remove(id(1))
        #expect(table.oldest() == nil)
    }

    @Test("does not grow behind a trace that stays")
    func bounded() {
        var table = TraceTable<Int>()
        table.insert(0, for: id(0), at: 0)
        for number in 1...10_000 {
            table.insert(number, for: id(number), at: 0)
            table.remove(id(number))
        }
        #expect(table.oldest() == id(0))
        #expect(table.places < 200)
    }
}
