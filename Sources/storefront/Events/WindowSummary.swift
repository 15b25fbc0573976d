/// What came of a window.
struct WindowSummary: Sendable, Equatable {
    /// In unix nanoseconds.
    let began: UInt64
    let buyers: Int

    init(_ window: TumblingWindows.Window) {
        began = window.began
        buyers = window.buyers.count
    }
}
