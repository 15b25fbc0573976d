import Testing

@testable import storefront

@Suite struct TumblingWindowsTests {
    enum Step {
        /// An event at so many seconds, of a buyer, and what is to become of it.
        case event(Double, Int64, TumblingWindows.Verdict)
        /// Time goes on to so many seconds without events.
        case time(Double)
        /// The windows that close now, by their begin in seconds, with their buyers.
        case closes([(Double, Set<Int64>)])
        case watermark(Double)
    }

    private static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(seconds * 1e9) }

    @Test func windowsFollowTheTimeOfTheEvents() {
        let table: [(String, [Step])] = [
            (
                "a buyer counts once in each window",
                [
                    .event(100, 1, .new), .event(101, 2, .new), .event(104.9, 1, .duplicate), .event(105, 1, .new),
                    .event(104.9, 2, .duplicate),
                ]
            ),
            (
                "the watermark is a second behind the newest event and never goes back",
                [.event(100, 1, .new), .watermark(99), .event(99, 2, .new), .watermark(99)]
            ),
            (
                "a window closes when the watermark has come to its end",
                [
                    .event(100, 1, .new), .event(105.9, 2, .new), .closes([]), .event(106, 3, .new),
                    .closes([(100, [1])]), .closes([]),
                ]
            ),
            (
                "an event that is late but not too late finds its window",
                [.event(100, 1, .new), .event(105.5, 2, .new), .event(104, 3, .new), .closes([])]
            ),
            (
                "an event behind a closed window is late, even if its buyer was there",
                [
                    .event(100, 1, .new), .event(106, 2, .new), .closes([(100, [1])]), .event(104.9, 3, .late),
                    .event(101, 1, .late), .event(105, 4, .new),
                ]
            ),
            (
                "a window that is due is closed to events, even before it was taken out",
                [.event(100, 1, .new), .event(106, 2, .new), .event(104, 3, .late), .closes([(100, [1])])]
            ),
            (
                "without events time closes windows as well",
                [
                    .event(100, 1, .new), .time(105), .closes([]), .time(106), .closes([(100, [1])]), .time(50),
                    .watermark(105),
                ]
            ),
            (
                "several windows close in their order",
                [
                    .event(100, 1, .new), .event(105, 2, .new), .event(110, 3, .new), .time(120),
                    .closes([(100, [1]), (105, [2]), (110, [3])]),
                ]
            ),
            ("nothing is nothing", [.closes([]), .watermark(0), .time(0.5), .watermark(0)]),
        ]
        for (name, steps) in table {
            var windows = TumblingWindows(length: .seconds(5), lateness: .seconds(1))
            for (number, step) in steps.enumerated() {
                let place: Comment = "\(name), step \(number)"
                switch step {
                case .event(let time, let buyer, let verdict):
                    let event = OrderPlaced(id: 1, buyer: buyer, cents: 100, began: Self.nanoseconds(time))
                    #expect(windows.verdict(on: event) == verdict, place)
                    if verdict == .new { windows.add(event) }
                    windows.advance(to: event.began)
                case .time(let time): windows.advance(to: Self.nanoseconds(time))
                case .closes(let expected):
                    let closed = windows.close()
                    #expect(closed.map(\.began) == expected.map { Self.nanoseconds($0.0) }, place)
                    #expect(closed.map { $0.buyers } == expected.map(\.1), place)
                case .watermark(let time): #expect(windows.watermark == Self.nanoseconds(time), place)
                }
            }
        }
    }

    @Test func aSummarySaysHowManyBought() {
        var windows = TumblingWindows(length: .seconds(5), lateness: .zero)
        windows.add(OrderPlaced(id: 1, buyer: 1, cents: 250, began: 7_000_000_000))
        windows.add(OrderPlaced(id: 2, buyer: 2, cents: 150, began: 8_000_000_000))
        windows.add(OrderPlaced(id: 3, buyer: 2, cents: 100, began: 9_000_000_000))
        #expect(windows.openCount == 1 && windows.buyerCount == 2)
        let summaries = windows.closeAll().map(WindowSummary.init)
        #expect(summaries.map(\.began) == [5_000_000_000])
        #expect(summaries.map(\.buyers) == [2])
        #expect(windows.openCount == 0 && windows.closeAll().isEmpty)
    }

    @Test func timesAtTheEndOfAllTimeDoNoHarm() {
        var windows = TumblingWindows(length: .seconds(5), lateness: .seconds(1))
        let event = OrderPlaced(id: 1, buyer: 1, cents: .max, began: .max)
        #expect(windows.verdict(on: event) == .new)
        windows.add(event)
        windows.advance(to: event.began)
        #expect(windows.close().isEmpty)
        #expect(windows.closeAll().count == 1)
    }
}
