import VitalsMetrics

/// Windows of equal length, one after the other, in the time of the events: who bought in them.
///
/// The watermark says how far that time has come: no event from before it is expected any more, and windows that end
/// before it are closed.
struct TumblingWindows {
    /// What becomes of an event.
    enum Verdict: Equatable {
        /// Its buyer counts.
        case new
        /// Its buyer is in the window already.
        case duplicate
        /// Its window is closed.
        case late
    }

    /// What is in a window that is not closed.
    struct Window: Equatable {
        let began: UInt64
        var buyers: Set<Int64> = []
    }

    /// In nanoseconds, as all times are.
    let length: UInt64
    /// By how much an event may be older than the newest.
    let lateness: UInt64
    private var newest: UInt64 = 0
    private var open: [UInt64: Window] = [:]

    init(length: Duration, lateness: Duration) {
        self.length = max(1, length.nanoseconds)
        self.lateness = lateness.nanoseconds
    }

    var openCount: Int { open.count }
    var buyerCount: Int { open.values.reduce(0) { $0 + $1.buyers.count } }
    var watermark: UInt64 { newest > lateness ? newest - lateness : 0 }

    /// What is to become of an event.
    func verdict(on event: OrderPlaced) -> Verdict {
        let began = begin(of: event)
        guard end(of: began) > watermark else { return .late }
        return open[began]?.buyers.contains(event.buyer) == true ? .duplicate : .new
    }

    /// Puts the buyer of an event into its window.
    mutating func add(_ event: OrderPlaced) {
        let began = begin(of: event)
        open[began, default: Window(began: began)].buyers.insert(event.buyer)
    }

    /// Time has come so far, with or without events.
    mutating func advance(to time: UInt64) {
        newest = max(newest, time)
    }

    /// Takes out the windows that end before the watermark, the oldest first.
    mutating func close() -> [Window] {
        takeOut(open.values.filter { end(of: $0.began) <= watermark })
    }

    /// Takes out all windows, the oldest first.
    mutating func closeAll() -> [Window] {
        takeOut(Array(open.values))
    }

    private mutating func takeOut(_ windows: [Window]) -> [Window] {
        for window in windows { open[window.began] = nil }
        return windows.sorted { $0.began < $1.began }
    }

    private func begin(of event: OrderPlaced) -> UInt64 { event.began - event.began % length }

    private func end(of began: UInt64) -> UInt64 {
        let (end, isBeyond) = began.addingReportingOverflow(length)
        return isBeyond ? .max : end
    }
}
