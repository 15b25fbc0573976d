/// Is told of spans that are recorded. Called on the threads of the program: it must neither wait nor throw the program
/// off its stride.
public protocol SpanProcessor: Sendable {
    /// Whether spans that no sampler wants are recorded all the same, for this processor.
    var needsAllSpans: Bool { get }

    /// Whether `onStart` is called.
    var isToldOfBeginnings: Bool { get }

    /// A span begins; `parent` is the context in which it does.
    func onStart(_ span: Span, parent: Context)

    /// A span has ended. Those that are not sampled come too; only sampled ones are for export.
    func onEnd(_ span: FinishedSpan)

    /// Delivers the spans that have ended until now. True if that succeeded within `timeout`.
    func flush(timeout: Duration) -> Bool

    /// Delivers what there is and ends; spans that end later are counted and dropped. True if all that was delivered
    /// within `timeout`. Called once or more.
    func shutdown(timeout: Duration) -> Bool
}

extension SpanProcessor {
    /// Only spans that a sampler wants.
    public var needsAllSpans: Bool { false }
    /// It is.
    public var isToldOfBeginnings: Bool { true }
    /// Nothing to do.
    public func onStart(_ span: Span, parent: Context) {}
    /// Nothing to deliver.
    public func flush(timeout: Duration) -> Bool { true }
    /// Nothing to deliver.
    public func shutdown(timeout: Duration) -> Bool { true }
}
