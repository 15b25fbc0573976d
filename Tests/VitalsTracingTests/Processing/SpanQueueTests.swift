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

    @Test("lets go of the spans that it has given away when others come or it is idle")
    func releases() {
        let queue = SpanQueue(capacity: 2, batch: 2)
        weak var replaced: SpanRecord?
        weak var last: SpanRecord?
        do {
            let records = records(5)
            replaced = records[0]
            last = records[4]
            for record in records {
                _ = queue.add(record)
                var taken: [FinishedSpan] = []
                #expect(queue.take(through: .max, into: &taken) != nil)
            }
        }
        #expect(replaced == nil)
        queue.rest()
        #expect(last == nil)
    }

    @Test("does not let go of what waits when it rests")
    func restsWithCare() {
        let queue = SpanQueue(capacity: 4, batch: 1)
        var taken: [FinishedSpan] = []
        queue.rest()
        for record in records(3) { _ = queue.add(record) }
        #expect(queue.take(through: 0, into: &taken) == 1)
        queue.rest()
        for record in records(1) { _ = queue.add(record) }
        while queue.take(through: .max, into: &taken) != nil {}
        #expect(taken.map(\.name) == ["0", "1", "2", "0"])
    }

    @Test("does not keep spans of a burst")
    func bursts() {
        let queue = SpanQueue(capacity: 5000, batch: 5000)
        weak var early: SpanRecord?
        weak var late: SpanRecord?
        do {
            let records = records(5000)
            early = records[0]
            late = records[4999]
            for record in records { _ = queue.add(record) }
            var taken: [FinishedSpan] = []
            #expect(queue.take(through: 0, into: &taken) == 5000)
        }
        #expect(early != nil && late == nil)
        #expect(queue.close() == 5000)
        #expect(queue.discard() == 0)
        #expect(early == nil)
    }
}
