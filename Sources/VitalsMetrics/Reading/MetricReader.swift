import CVitals
import Synchronization

/// Reads a registry in its own rhythm. Each reader has its own temporality and its own baselines, and none disturbs
/// another.
public final class MetricReader: Sendable {
    struct State {
        var baselines: [ObjectIdentifier: Baseline] = [:]
        var scratch = Scratch()
        /// When the last acknowledged collection took place; zero before there was one.
        var committedTime: UInt64 = 0
        var pendingTime: UInt64 = 0
        var pendingEpoch: UInt64 = 0
        /// When the last collection took place, acknowledged or not.
        var lastTime: UInt64 = 0
    }

    /// What a registry knows of a reader, also when the reader is gone.
    final class Progress: Sendable {
        let hasDelta: Bool
        let committedEpoch = Atomic<UInt64>(0)
        let collectedEpoch = Atomic<UInt64>(0)
        let isDetached = Atomic(false)

        init(hasDelta: Bool) {
            self.hasDelta = hasDelta
        }
    }

    let registry: Registry
    let temporality: Temporality
    let progress: Progress
    let state = Locked(State())
    private let isShutDown = Atomic(false)

    let component: Attributes

    /// A reader of `registry`, attached to it until it is shut down or let go.
    ///
    /// - Parameter component: What kind of reader this is, for `otel.component.type` on its own metrics.
    public init(
        _ registry: Registry, temporality: Temporality = .cumulative, component: String = "manual_metric_reader"
    ) {
        self.registry = registry
        self.component = registry.componentAttributes(component)
        self.temporality = temporality
        progress = Progress(hasDelta: temporality.hasDelta)
        registry.attach(progress)
    }

    deinit {
        detach()
    }

    /// Detaches the reader: later collections are refused. Safe to call twice, and waits for nobody: a collection that
    /// is under way, perhaps with a callback that hangs, comes to its end by itself.
    public func shutdown() {
        isShutDown.store(true, ordering: .releasing)
        _ = state.withLockIfAvailable { state in
            state.baselines = [:]
            state.scratch = Scratch()
        }
        detach()
    }

    private func detach() {
        progress.isDetached.store(true, ordering: .releasing)
        registry.detach(progress)
    }

    /// Runs the callbacks and hands every family that has points to `visit`, in a stable order. The changes that it
    /// reports are reported again by the next collection unless `commit` is called between the two.
    ///
    /// - Parameters:
    ///   - timeout: How long callbacks may take, if that is less than the registry's limit.
    ///   - choose: Which families of a directory to visit, in which order; nil for all of them. A reader of changes
    ///     has to visit all, or it loses those of the others; one of totals may visit what is recorded into twice.
    package func collect(
        timeout: Duration? = nil, choosing choose: (FamilyDirectory) -> [Int]? = { _ in nil },
        _ visit: (FamilySnapshot) -> Void
    ) throws(ReaderError) {
        let began = vitals_monotonic_nanoseconds()
        // Under a lock of ours, or in a callback that a collection of this reader waits for, it could wait for ever.
        if vitals_locks_held() > 0 { throw .isCollecting }
        if isShutDown.load(ordering: .acquiring) { throw .isShutDown }
        let run = { (state: inout State) -> ReaderError? in
            guard !self.isShutDown.load(ordering: .acquiring) else { return .isShutDown }
            Collection(reader: self, registry: self.registry).run(timeout: timeout, &state, choose: choose, visit)
            return nil
        }
        let isInCallback = CallbackRound.isInCallback
        let refusal = isInCallback ? state.withLockIfAvailable(run) ?? .isCollecting : state.withLock(run)
        if let refusal { throw refusal }
        registry.recordCollection(nanoseconds: vitals_monotonic_nanoseconds() &- began, component)
    }

    /// Acknowledges the last collection: its changes were delivered.
    package func commit() {
        state.withLock { state in
            guard state.pendingEpoch > 0 else { return }
            for key in state.baselines.keys { state.baselines[key]?.commit() }
            state.committedTime = state.pendingTime
            progress.committedEpoch.store(state.pendingEpoch, ordering: .releasing)
            state.pendingEpoch = 0
        }
    }

    /// The last collection was not delivered: the next one reports its changes again.
    package func rollback() {
        state.withLock { state in
            state.pendingEpoch = 0
        }
    }
}
