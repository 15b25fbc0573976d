public import VitalsMetrics

/// Keeps what telemetry exports, for tests of a whole program: `configuration.export(to: InMemoryExporter())`.
public final class InMemoryExporter: MetricExporter {
    private struct State: Sendable {
        var collections: [CollectedMetrics] = []
        var isFailing = false
        var isShutDown = false
    }

    /// Whether it is told totals or changes.
    public let temporality: Temporality
    private let state = Locked(State())

    /// An exporter that has nothing yet.
    public init(temporality: Temporality = .cumulative) {
        self.temporality = temporality
    }

    /// What was exported, oldest first; of more than a thousand collections the oldest are forgotten.
    public var collections: [CollectedMetrics] { state.withLock { $0.collections } }

    /// Whether exports fail from now on, as if nobody received them.
    public var isFailing: Bool {
        get { state.withLock { $0.isFailing } }
        set { state.withLock { $0.isFailing = newValue } }
    }

    /// Whether the last collection has come.
    public var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Forgets what was exported.
    public func reset() {
        state.withLock { $0.collections = [] }
    }

    /// Keeps a collection.
    public func export(_ metrics: CollectedMetrics, timeout: Duration) -> Bool {
        state.withLock { state in
            guard !state.isFailing else { return false }
            if state.collections.count == 1000 { state.collections.removeFirst() }
            state.collections.append(metrics)
            return true
        }
    }

    /// Notes that there will be no more.
    public func shutdown() {
        state.withLock { $0.isShutDown = true }
    }
}
