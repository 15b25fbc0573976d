import VitalsMetrics
public import VitalsTracing

/// Keeps spans, for tests of a program that traces: `configuration.processors = [SimpleSpanProcessor(exporter)]`, and each
/// span is there when it has ended.
public final class InMemorySpanExporter: SpanExporter {
    private struct State: Sendable {
        var spans: [FinishedSpan] = []
        var isFailing = false
        var isShutDown = false
    }

    private let state = Locked(State())

    /// How many spans are kept.
    private static let most = 100_000

    /// An exporter that has nothing yet.
    public init() {}

    /// What was exported, oldest first; of more than a hundred thousand spans the newest are not kept.
    public var spans: [FinishedSpan] { state.withLock { $0.spans } }

    /// The spans with a name, oldest first.
    public func spans(named name: String) -> [FinishedSpan] { spans.filter { $0.name == name } }

    /// Whether exports fail from now on, as if nobody received them.
    public var isFailing: Bool {
        get { state.withLock { $0.isFailing } }
        set { state.withLock { $0.isFailing = newValue } }
    }

    /// Whether the last span has come.
    public var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Forgets what was exported.
    public func reset() {
        state.withLock { $0.spans = [] }
    }

    /// Keeps spans.
    public func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        state.withLock { state in
            guard !state.isFailing else { return false }
            state.spans.append(contentsOf: spans.prefix(max(0, Self.most - state.spans.count)))
            return true
        }
    }

    /// Notes that there will be no more.
    public func shutdown() {
        state.withLock { $0.isShutDown = true }
    }
}
