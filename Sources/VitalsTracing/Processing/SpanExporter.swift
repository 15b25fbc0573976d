/// Receives spans that have ended: what a program writes to bring its traces somewhere else.
public protocol SpanExporter: Sendable {
    /// Delivers spans within `timeout`; one call at a time. What it does not take is lost.
    func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool

    /// Lets an export that is under way end within this time; nil lifts that. Called from any thread, beside an export.
    func hurry(within time: Duration?)

    /// Ends an export that is under way soon; later ones fail at once. Called from any thread, beside an export.
    func cancel()

    /// Called once, after the last export.
    func shutdown()
}

extension SpanExporter {
    /// Nothing to do.
    public func hurry(within time: Duration?) {}
    /// Nothing to do.
    public func cancel() {}
    /// Nothing to do.
    public func shutdown() {}
}
