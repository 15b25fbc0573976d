import VitalsMetrics

/// What is recorded of a span, in one object. It never changes after its end.
final class SpanRecord: ContextStorage, @unchecked Sendable {
    typealias Pairs = [(String, AttributeValue)]

    /// What changes until the end.
    struct State {
        var name: String
        var attributes: Pairs
        var events: [SpanEvent]?
        var links: [SpanLink]?
        var status: SpanStatus = .unset
        /// Unix nanoseconds; zero until the end.
        var end: UInt64 = 0
        var droppedAttributes: UInt32 = 0
        var droppedEvents: UInt32 = 0
        var droppedLinks: UInt32 = 0
        /// Whether an event or a link had more attributes than it may.
        var hasDroppedInside = false
        var isEnded = false
    }

    let scope: TracerScope
    /// The provider keeps it, and the scope keeps the provider.
    private let kept: Unmanaged<Pipeline>
    let traceHigh: UInt64
    let traceLow: UInt64
    let spanNumber: UInt64
    let flags: TraceFlags
    let kind: SpanKind
    let parentNumber: UInt64
    let parentFlags: TraceFlags
    let isParentRemote: Bool
    let start: UInt64
    /// Monotonic, if the span began when it was made; the end is as far from the start as it is from this.
    private let startedAt: UInt64
    private let lock = WordLock()
    /// The lock sees to it that there is one access at a time.
    @exclusivity(unchecked) private var state: State

    init(
        _ pipeline: Pipeline, _ scope: TracerScope, _ context: borrowing Context, _ traceState: TraceState,
        parent: borrowing Context, hasParent: Bool, name: String, kind: SpanKind, attributes: Pairs, start: UInt64?
    ) {
        kept = Unmanaged.passUnretained(pipeline)
        self.scope = scope
        traceHigh = context.traceHigh
        traceLow = context.traceLow
        spanNumber = context.spanNumber
        flags = context.flags
        self.kind = kind
        parentNumber = hasParent ? parent.spanNumber : 0
        parentFlags = hasParent ? parent.flags : []
        isParentRemote = hasParent && parent.isRemote
        if let start {
            self.start = start
            startedAt = 0
        } else {
            (self.start, startedAt) = SpanClock.now()
        }
        state = State(name: name, attributes: attributes)
        let storage = parent.storage
        super.init(
            traceState: traceState, baggage: storage?.baggage ?? Baggage(), values: storage?.values)
    }

    @inline(__always)
    var pipeline: Pipeline { kept._withUnsafeGuaranteedRef { $0 } }

    /// The state of a span that has ended, or a look at one that has not.
    var current: State {
        lock.lock()
        defer { lock.unlock() }
        return state
    }

    /// The state after the end, which nobody changes.
    var final: State { state }

    var isRecording: Bool {
        lock.lock()
        defer { lock.unlock() }
        return !state.isEnded
    }

    /// Whether anything of a span that has ended was beyond its limits.
    var hasDropped: Bool {
        state.droppedAttributes | state.droppedEvents | state.droppedLinks != 0 || state.hasDroppedInside
    }

    /// Changes the span unless it has ended.
    @inline(__always)
    func update(_ change: (inout State) -> Void) {
        lock.lock()
        defer { lock.unlock() }
        guard !state.isEnded else { return }
        change(&state)
    }

    func end(at time: UInt64?) {
        if finish(at: time) { kept._withUnsafeGuaranteedRef { $0.ended(self) } }
    }

    /// True for the call that ends the span.
    @inline(__always)
    private func finish(at time: UInt64?) -> Bool {
        let end = time ?? now()
        lock.lock()
        defer { lock.unlock() }
        guard !state.isEnded else { return false }
        state.isEnded = true
        state.end = end
        return true
    }

    /// The time of what happens in the span.
    func now() -> UInt64 {
        let (unix, monotonic) = SpanClock.now()
        return startedAt == 0 ? unix : start &+ (monotonic &- startedAt)
    }
}
