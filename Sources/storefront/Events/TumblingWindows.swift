import VitalsMetrics

/// Windows of equal length, one after the other, in the time of the events: who bought in them, and for how much.
///
/// The watermark says how far that time has come: no event from before it is expected any more, and windows that end
/// before it are closed.
struct TumblingWindows {
    /// What becomes of an event.
    enum Verdict: Equatable {
        case counted
        /// Its buyer is in the window already.
        case duplicate
        /// Its window is closed.
        case late
    }

    /// What is in a window that is not closed.
    struct Window: Equatable {
        let began: UInt64
        /// What each buyer spent.
        var spent: [Int64: Int64] = [:]
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

    var watermark: UInt64 { newest > lateness ? newest - lateness : 0 }

    /// Puts an event into its window.
    mutating func add(_ event: OrderPlaced) -> Verdict {
        let began = event.began - event.began % length
        guard end(of: began) > watermark else { return .late }
        advance(to: event.began)
        var window = open[began] ?? Window(began: began)
        guard window.spent.updateValue(event.cents, forKey: event.buyer) == nil else { return .duplicate }
        open[began] = window
        return .counted
    }

    /// Time has come so far, with or without events.
    mutating func advance(to time: UInt64) {
        newest = max(newest, time)
    }

    /// Takes out the windows that end before the watermark, the oldest first.
    mutating func close() -> [Window] {
        takeOut { end(of: $0.began) <= watermark }
    }

    /// Takes out all windows, the oldest first.
    mutating func closeAll() -> [Window] {
        takeOut { _ in true }
    }

    private mutating func takeOut(_ isDue: (Window) -> Bool) -> [Window] {
        let due = open.values.filter(isDue).sorted { $0.began < $1.began }
        for window in due { open[window.began] = nil }
        return due
    }

    private func end(of began: UInt64) -> UInt64 {
        let (end, isBeyond) = began.addingReportingOverflow(length)
        return isBeyond ? .max : end
    }
}
