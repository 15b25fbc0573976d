import VitalsMetrics

/// The traces of which a tail processor does not know yet whether they are kept, and how it has decided of others.
struct TailTraces {
    /// Which traces are kept.
    struct Rules: Sendable {
        /// Nanoseconds.
        var slowerThan: UInt64?
        var keepsErrors = true
        var limits = TailLimits()
    }

    /// What becomes of spans.
    struct Outcome {
        var kept: [FinishedSpan] = []
        /// Their trace was nothing special.
        var dropped: [FinishedSpan] = []
        /// Nobody knows what their trace would have been: there was no room, or no time, to wait for its end.
        var evicted: [FinishedSpan] = []

        fileprivate mutating func add(_ spans: [FinishedSpan], isKept: Bool, isEarly: Bool) {
            if isKept {
                kept += spans.map { $0.sampled() }
            } else if isEarly {
                evicted += spans
            } else {
                dropped += spans
            }
        }
    }

    private struct Waiting {
        /// Monotonic nanoseconds.
        let since: UInt64
        /// How many spans without a parent in this process have begun and not ended.
        var openRoots = 0
        var isKept = false
        var spans: [FinishedSpan] = []
        var bytes = 0
    }

    private let rules: Rules
    private var waiting = TraceTable<Waiting>()
    /// None after the end.
    private var decisions: TailDecisions?
    private(set) var bytes = 0
    private var isClosed = false

    init(_ rules: Rules) {
        self.rules = rules
        decisions = TailDecisions(rules.limits.traces)
    }

    /// How many traces are undecided.
    var count: Int { waiting.count }

    /// A span without a parent in this process begins.
    mutating func beginRoot(_ id: TraceID, at now: UInt64) -> Outcome {
        var outcome = expire(at: now)
        // More than one request of a trace may come to a process. One that was kept stays so.
        let isKnown: Void? = waiting.update(id) { $0.openRoots += 1 }
        if isKnown == nil, decisions?[id] != true, !isClosed {
            add(id, Waiting(since: now, openRoots: 1), now, &outcome)
        }
        return outcome
    }

    /// A span ends.
    mutating func end(_ span: FinishedSpan, at now: UInt64) -> Outcome {
        var outcome = expire(at: now)
        let record = span.record
        let id = TraceID(high: record.traceHigh, low: record.traceLow)
        let isRoot = record.parentNumber == 0 || record.isParentRemote
        let isTold = tells(span, isRoot: isRoot)
        let size = span.isSampled ? 0 : span.estimatedBytes
        let most = rules.limits.spansPerTrace
        func take(_ trace: inout Waiting) -> (isOver: Bool, isFull: Bool) {
            if isTold { trace.isKept = true }
            if isRoot { trace.openRoots = max(0, trace.openRoots - 1) }
            if !span.isSampled {
                trace.spans.append(span)
                trace.bytes += size
            }
            return (isRoot && trace.openRoots == 0, trace.spans.count > most)
        }
        var answer = waiting.update(id, take)
        if answer == nil {
            // One that is sampled needs no decision.
            if span.isSampled { return outcome }
            if let isKept = isClosed ? false : decisions?[id] {
                // A reason to keep that comes late counts from now on.
                let isKeptNow = isKept || isTold && !isClosed
                if isKeptNow { decisions?[id] = true }
                outcome.add([span], isKept: isKeptNow, isEarly: false)
                return outcome
            }
            add(id, Waiting(since: now), now, &outcome)
            answer = waiting.update(id, take)
        }
        bytes += size
        let (isOver, isFull) = answer ?? (false, false)
        if isOver {
            decide(id, at: now, isEarly: false, &outcome)
        } else if isFull {
            decide(id, at: now, isEarly: true, &outcome)
        }
        while bytes > rules.limits.bytes, let oldest = waiting.oldest() {
            decide(oldest, at: now, isEarly: true, &outcome)
        }
        return outcome
    }

    /// Decides of all that is undecided; nothing waits from now on.
    mutating func close(at now: UInt64) -> Outcome {
        isClosed = true
        var outcome = Outcome()
        while let oldest = waiting.oldest() { decide(oldest, at: now, isEarly: true, &outcome) }
        waiting = TraceTable()
        decisions = nil
        return outcome
    }

    /// Whether a span is a reason to keep its trace.
    private func tells(_ span: FinishedSpan, isRoot: Bool) -> Bool {
        if rules.keepsErrors, span.record.final.status.isError { return true }
        guard isRoot, let slowerThan = rules.slowerThan else { return false }
        return span.duration.nanoseconds > slowerThan
    }

    private mutating func add(_ id: TraceID, _ trace: Waiting, _ now: UInt64, _ outcome: inout Outcome) {
        while waiting.count >= max(1, rules.limits.traces), let oldest = waiting.oldest() {
            decide(oldest, at: now, isEarly: true, &outcome)
        }
        waiting.insert(trace, for: id, at: now)
    }

    /// Decides of traces that have waited long enough; of no more than a few, as it is a thread of the program that waits.
    private mutating func expire(at now: UInt64) -> Outcome {
        var outcome = Outcome()
        let wait = rules.limits.wait.nanoseconds
        guard now > wait else { return outcome }
        for _ in 0..<16 {
            guard let oldest = waiting.oldest(before: now - wait) else { break }
            decide(oldest, at: now, isEarly: true, &outcome)
        }
        return outcome
    }

    private mutating func decide(_ id: TraceID, at now: UInt64, isEarly: Bool, _ outcome: inout Outcome) {
        guard let trace = waiting.remove(id) else { return }
        bytes -= trace.bytes
        // A root that has not ended may be slow already.
        let isSlow = trace.openRoots > 0 && rules.slowerThan.map { now > trace.since &+ $0 } ?? false
        let isKept = trace.isKept || isSlow
        outcome.add(trace.spans, isKept: isKept, isEarly: isEarly)
        decisions?[id] = isKept
    }
}

extension FinishedSpan {
    /// About how much memory the span takes.
    fileprivate var estimatedBytes: Int {
        let state = record.final
        var bytes = 400 &+ state.name.utf8.count &+ Self.size(state.attributes) &+ record.estimatedBytes
        if case .error(let text) = state.status { bytes += text.utf8.count }
        for event in state.events ?? [] { bytes += 64 + event.name.utf8.count + Self.size(event.attributes.given) }
        for link in state.links ?? [] { bytes += 96 + Self.size(link.attributes.given) }
        return bytes
    }

    private static func size(_ attributes: [(String, AttributeValue)]) -> Int {
        attributes.reduce(0) { $0 + 48 + $1.0.utf8.count + size($1.1) }
    }

    private static func size(_ value: AttributeValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count
        case .strings(let texts): texts.reduce(0) { $0 + 16 + $1.utf8.count }
        case .bools(let values): values.count
        case .ints(let values): 8 * values.count
        case .doubles(let values): 8 * values.count
        case .bool, .int, .double: 0
        }
    }
}

extension ContextStorage {
    /// About how much memory it takes that came with the parent, or from another service.
    fileprivate var estimatedBytes: Int {
        var bytes = 64 * (values?.count ?? 0)
        for (key, value) in traceState { bytes += 64 + key.utf8.count + value.utf8.count }
        for (name, value, metadata) in baggage {
            bytes += 96 + name.utf8.count + value.utf8.count + metadata.utf8.count
        }
        return bytes
    }
}
