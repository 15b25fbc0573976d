import Testing

@testable import VitalsTracing

@Suite("Decisions on traces")
struct TailDecisionsTests {
    @Test("are remembered until a newer trace takes their place")
    func places() {
        var decisions = TailDecisions(4 * TailDecisions.least)
        // Of 4096 places the first four, and the first two again.
        let ids = [0, 1, 2, 3, 4096, 4097].map { TraceID(high: 7, low: $0) }
        for id in ids.prefix(4) { decisions[id] = id.low % 2 == 0 }
        #expect(ids.map { decisions[$0] } == [true, false, true, false, nil, nil])
        decisions[ids[4]] = false
        #expect(ids.map { decisions[$0] } == [nil, false, true, false, false, nil])
        decisions[ids[2]] = nil
        #expect(decisions[ids[2]] == nil)
        #expect(decisions[TraceID(high: 8, low: 1)] == nil)
    }

    @Test("work with any number of places", arguments: [Int.min, 0, 1, 3])
    func sizes(count: Int) {
        var decisions = TailDecisions(count)
        let id = TraceID(high: 1, low: .max)
        decisions[id] = true
        #expect(decisions[id] == true)
    }
}
