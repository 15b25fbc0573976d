import CVitals
public import VitalsMetrics
import VitalsTracing

/// What a stream processor does: events that come in, are processed, dropped or known already; windows; time.
///
/// Every event that is received ends as exactly one of processed, dropped and deduplicated, or waits in the queue:
///
///     received = processed (with and without error.type) + dropped + deduplicated + queue.size
///
/// So count an event as received once, before it is put into the queue, and as one of the others once, when it is clear what
/// becomes of it. A repetition of what failed belongs into the body of one `process`, not into a second one.
///
/// To count costs a few nanoseconds and allocates nothing. Processors of one meter are told apart by their names, so each
/// has one of its own.
public struct StreamProcessorTelemetry: Sendable {
    static let processorName = "processor.name"
    private static let latenessBuckets: Buckets = [
        0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21_600, 86_400,
    ]
    /// Most events are a matter of microseconds, and some wait for somebody else.
    private static let workBuckets: Buckets = [
        0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5,
        5, 10,
    ]
    /// From a look-up in memory to a checkpoint on a disk.
    private static let stateBuckets: Buckets = [
        0.000_001, 0.000_005, 0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
    ]

    let name: String
    private let receivedEvents: Counter<Int>.Series
    private let processedEvents: Counter<Int>.Series
    private let failedEvents: CounterFamily<Int, (String, String)>
    private let droppedEvents: [5 of Counter<Int>.Series]
    private let deduplicatedEvents: Counter<Int>.Series
    private let deduplicationEntries: Gauge<Int>.Series
    private let processing: Histogram<Double>.Series
    private let eventLag: Histogram<Double>.Series
    private let aggregations: HistogramFamily<Double, (String, String)>
    private let stateOperations: [5 of Histogram<Double>.Series]
    private let queue: QueueShare
    private let windowTriggers: CounterFamily<Int, (String, String, String)>
    private let windows: GaugeFamily<Int, (String, String)>
    private let mark: Watermark
    private let claim: StreamProcessorClaim
    private let clock: MetricClock

    /// Records to the process-wide registry, unless told otherwise.
    ///
    /// - Parameters:
    ///   - name: The name of the processor. Of two with the same one the events and the queues are added up, so that what
    ///     was received is still accounted for; of watermarks, windows and remembered events only one of them is seen. The
    ///     log says so, once.
    ///   - capacity: How many events its queue takes.
    public init(_ name: String, capacity: Int? = nil, meter: Meter = .shared) {
        self.init(name, capacity: capacity, meter: meter, clock: .system)
    }

    init(_ name: String, capacity: Int?, meter: Meter, clock: MetricClock) {
        self.name = name
        self.clock = clock
        let own: Attributes = [Self.processorName: .string(name)]
        receivedEvents =
            meter.counter("processor.events.received", unit: "{event}", description: "Events that came in.").with(own)
        let processed = "processor.events.processed"
        let processedWords = "Events that were processed; with error.type those of which that failed."
        processedEvents = meter.counter(processed, unit: "{event}", description: processedWords).with(own)
        failedEvents = meter.counter(
            processed, unit: "{event}", description: processedWords, by: .string(Self.processorName),
            .string(Operation.errorType))
        let dropped = meter.counter(
            "processor.events.dropped", unit: "{event}", description: "Events that were not processed, and why.")
        droppedEvents = [5 of Counter<Int>.Series] { index in
            dropped.with(own.merging(["reason": .string(DropReason.all[index].label)]))
        }
        deduplicatedEvents =
            meter.counter(
                "processor.deduplication.count", unit: "{event}", description: "Events that were known already."
            ).with(own)
        deduplicationEntries =
            meter.gauge(
                "processor.deduplication.entries", of: Int.self, unit: "{entry}",
                description: "Events that are remembered, so that they are known when they come again."
            ).with(own)
        processing =
            meter.histogram(
                "processor.processing.duration", unit: .seconds, description: "How long it took to process an event.",
                buckets: Self.workBuckets
            ).with(own)
        eventLag =
            meter.histogram(
                "processor.event.lag", unit: .seconds, description: "How old an event was when it was processed.",
                buckets: Self.latenessBuckets
            ).with(own)
        aggregations = meter.histogram(
            "processor.aggregation.duration", unit: .seconds,
            description: "How long it took to aggregate what was in a window.", buckets: Self.workBuckets,
            by: .string(Self.processorName), .string("aggregation"))
        let state = meter.histogram(
            "processor.state.operation.duration", unit: .seconds,
            description: "How long it took to read or change the state.", buckets: Self.stateBuckets)
        stateOperations = [5 of Histogram<Double>.Series] { index in
            state.with(own.merging(["operation": .string(StateOperation.all[index].label)]))
        }
        queue = QueueShare(meter, own, capacity: capacity)
        windowTriggers = meter.counter(
            "processor.window.triggers", unit: "{trigger}", description: "Windows that were evaluated, and why then.",
            by: .string(Self.processorName), .string("window.name"), .string("trigger"))
        windows = meter.gauge(
            "processor.windows.open", of: Int.self, unit: "{window}", description: "Windows that still take events.",
            by: .string(Self.processorName), .string("window.name"))
        mark = Watermark(meter, own, clock)
        claim = StreamProcessorClaim(meter, name)
    }
}

/// What becomes of events.
extension StreamProcessorTelemetry {
    /// An event came in, or several.
    public func received(_ count: Int = 1) {
        receivedEvents.add(count)
    }

    /// An event was processed, and how long that took.
    ///
    /// - Parameters:
    ///   - duration: Less than nothing, as of a clock that was set back, counts as zero.
    ///   - failure: Why that failed, if it did.
    public func processed(in duration: Duration, failure: (any Error)? = nil) {
        processing.record(max(duration, .zero))
        count(failure)
    }

    /// Processes an event, and measures that. What `body` throws is counted by `error.type`, and thrown on; where it was
    /// cancelled the event counts as dropped by the shutdown.
    ///
    /// - Parameter time: When the event happened, in unix nanoseconds, if its age is of interest.
    @discardableResult
    public func process<Result, Failure: Error>(
        eventAt time: UInt64? = nil, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let time { lag(ofEventAt: time) }
        let start = vitals_monotonic_nanoseconds()
        do {
            let result = try body()
            processed(since: start, nil)
            return result
        } catch {
            processed(since: start, error)
            throw error
        }
    }

    /// Processes an event, and measures that. What `body` throws is counted by `error.type`, and thrown on; where it was
    /// cancelled the event counts as dropped by the shutdown.
    ///
    /// - Parameter time: When the event happened, in unix nanoseconds, if its age is of interest.
    @discardableResult
    public func process<Result, Failure: Error>(
        eventAt time: UInt64? = nil, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        if let time { lag(ofEventAt: time) }
        let start = vitals_monotonic_nanoseconds()
        do {
            let result = try await body()
            processed(since: start, nil)
            return result
        } catch {
            processed(since: start, error)
            throw error
        }
    }

    private func processed(since start: UInt64, _ failure: (any Error)?) {
        if failure is CancellationError {
            dropped(.shutdown)
        } else {
            processing.record(Self.seconds(since: start))
            count(failure)
        }
    }

    private func count(_ failure: (any Error)?) {
        if let failure {
            failedEvents[name, ErrorName.of(failure)].add(1)
        } else {
            processedEvents.add(1)
        }
    }

    /// An event was not processed, or several.
    public func dropped(_ reason: DropReason, _ count: Int = 1) {
        droppedEvents[reason.index].add(count)
    }

    /// An event was known already, or several.
    public func deduplicated(_ count: Int = 1) {
        deduplicatedEvents.add(count)
    }

    /// How many events are remembered, so that they are known when they come again.
    public func remembered(_ count: Int) {
        deduplicationEntries.set(count)
    }

    /// How many events wait in the queue of this processor.
    public func queued(_ count: Int) {
        queue.set(count)
    }
}

/// Time and windows.
extension StreamProcessorTelemetry {
    /// How far time has come in the stream, in unix nanoseconds: no event from before it is expected. The lag is how far
    /// that is behind the clock whenever somebody reads.
    public func watermark(at time: UInt64) {
        mark.set(time)
    }

    /// An event is processed that happened at `time`, in unix nanoseconds.
    public func lag(ofEventAt time: UInt64) {
        let now = clock.now()
        eventLag.record(now > time ? Double(now - time) / 1e9 : 0)
    }

    /// A window was evaluated.
    ///
    /// - Parameter window: The name of the windows, not of this one: few and known.
    public func triggered(_ window: String, by trigger: Trigger = .watermark) {
        windowTriggers[name, window, trigger.label].add(1)
    }

    /// How many windows of a name still take events.
    public func opened(_ count: Int, of window: String) {
        windows[name, window].set(count)
    }

    /// Aggregates what is in a window, and measures that.
    ///
    /// - Parameter aggregation: What it is called: few and known.
    @discardableResult
    public func aggregate<Result, Failure: Error>(
        _ aggregation: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = vitals_monotonic_nanoseconds()
        defer { aggregations[name, aggregation].record(Self.seconds(since: start)) }
        return try body()
    }

    /// Aggregates what is in a window, and measures that.
    ///
    /// - Parameter aggregation: What it is called: few and known.
    @discardableResult
    public func aggregate<Result, Failure: Error>(
        _ aggregation: String, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let start = vitals_monotonic_nanoseconds()
        defer { aggregations[name, aggregation].record(Self.seconds(since: start)) }
        return try await body()
    }

    /// Works on the state, and measures that.
    @discardableResult
    public func state<Result, Failure: Error>(
        _ operation: StateOperation, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = vitals_monotonic_nanoseconds()
        defer { stateOperations[operation.index].record(Self.seconds(since: start)) }
        return try body()
    }

    /// Works on the state, and measures that.
    @discardableResult
    public func state<Result, Failure: Error>(
        _ operation: StateOperation, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let start = vitals_monotonic_nanoseconds()
        defer { stateOperations[operation.index].record(Self.seconds(since: start)) }
        return try await body()
    }

    private static func seconds(since start: UInt64) -> Double {
        Double(vitals_monotonic_nanoseconds() &- start) / 1e9
    }
}
