public import VitalsMetrics

/// What a stream processor does: events that come in, are processed, dropped or known already; windows; time.
public struct StreamProcessorTelemetry: Sendable {
    /// Why an event was not processed.
    public struct DropReason: Sendable, Hashable {
        let label: String
        /// It came after its window was closed.
        public static let late = DropReason(label: "late")
        /// The queue had no room for it.
        public static let queueFull = DropReason(label: "queue_full")
        /// Nobody wanted it.
        public static let filtered = DropReason(label: "filtered")
        /// It could not be understood.
        public static let invalid = DropReason(label: "invalid")
        /// The processor stopped before its turn came.
        public static let shutdown = DropReason(label: "shutdown")
    }

    private let name: String

    /// Records to the process-wide registry, unless told otherwise.
    ///
    /// - Parameters:
    ///   - name: The name of the processor.
    ///   - capacity: How many events its queue takes.
    public init(_ name: String, capacity: Int? = nil, meter: Meter = .shared) {
        self.name = name
    }

    /// An event came in.
    public func received() {}
    /// An event was processed, and how long that took.
    public func processed(in duration: Duration) {}
    /// An event was not processed.
    public func dropped(_ reason: DropReason) {}
    /// An event was known already.
    public func deduplicated() {}
    /// How many events wait.
    public func queued(_ count: Int) {}
    /// How far time has come in the stream, in unix nanoseconds: no event from before it is expected. The lag is how far
    /// that is behind the clock whenever somebody reads.
    public func watermark(at time: UInt64) {}
    /// A window was evaluated.
    public func triggered(_ window: String) {}
    /// Aggregates what is in a window, and measures that.
    public func aggregate<Result>(_ aggregation: String, _ body: () throws -> Result) rethrows -> Result { try body() }
    /// Works on the state, and measures that: `get`, `put`, `delete`, `checkpoint`, `restore`.
    public func state<Result>(_ operation: String, _ body: () throws -> Result) rethrows -> Result { try body() }
}
