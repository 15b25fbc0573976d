import Testing

@testable import VitalsTracing

@Suite("A queue of spans")
struct SpanQueueTests {
    private func records(_ count: Int) -> [SpanRecord] {
        let keeper = SpanKeeper()
        let traced = Traced([keeper])
        for index in 0..<count { traced.spans(1, "\(index)") }
        return keeper.take().map(\.record)
    }

    @Test("gives batches in the order in which spans came, round and round")
    func order() {
        let queue = SpanQueue(capacity: 5, batch: 3)
        let records = records(40)
        var names: [String] = []
        var added = 0
        for round in 0..<10 {
            for _ in 0..<4 {
                _ = queue.add(records[added])
                added += 1
            }
            var taken: [FinishedSpan] = []
            #expect(queue.take(through: 0, into: &taken) == UInt64(4 * round + 3))
            #expect(queue.take(through: 0, into: &taken) == nil)
            #expect(queue.take(through: queue.added, into: &taken) == UInt64(4 * round + 4))
            names += taken.map(\.name)
        }
        #expect(names == (0..<40).map { "\($0)" })
    }

    @Test("raises the alarm once for a batch, and anew when whoever takes has seen to it")
    func alarm() {
        let queue = SpanQueue(capacity: 10, batch: 2)
        let record = records(1)[0]
        var taken: [FinishedSpan] = []
        func alarms(_ count: Int) -> [Bool] {
            (0..<count).map { _ in if case .completesBatch = queue.add(record) { true } else { false } }
        }
        #expect(alarms(5) == [false, true, false, false, false])
        while queue.take(through: 0, into: &taken) != nil {}
        #expect(queue.count == 1)
        #expect(alarms(2) == [true, false])
    }

    @Test("refuses what it has no room for, and everything when it is closed")
    func refuses() {
        let queue = SpanQueue(capacity: 2, batch: 2)
        let record = records(1)[0]
        var taken: [FinishedSpan] = []
        func first() -> Bool? { if case .full(let isFirst) = queue.add(record) { isFirst } else { nil } }
        #expect([first(), first(), first(), first()] == [nil, nil, true, false])
        #expect(queue.take(through: 0, into: &taken) == 2)
        #expect([first(), first(), first()] == [nil, nil, true])
        #expect(queue.close() == 4)
        if case .closed = queue.add(record) {} else { Issue.record("a closed queue took a span") }
        #expect(queue.discard() == 2)
        #expect(queue.discard() == 0)
        #expect(queue.take(through: .max, into: &taken) == nil)
    }

    @Test("lets go of the spans that it has given away")
    func releases() {
        let queue = SpanQueue(capacity: 4, batch: 4)
        weak var record: SpanRecord?
        do {
            let records = records(1)
            record = records[0]
            _ = queue.add(records[0])
            var taken: [FinishedSpan] = []
            _ = queue.take(through: 1, into: &taken)
        }
        #expect(record == nil)
    }
}
