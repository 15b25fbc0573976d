/// What came of a window.
struct WindowSummary: Sendable, Equatable {
    /// In unix nanoseconds.
    let began: UInt64
    let buyers: Int
    let cents: Int64

    init(_ window: TumblingWindows.Window) {
        began = window.began
        buyers = window.spent.count
        cents = window.spent.values.reduce(0, &+)
    }
}
