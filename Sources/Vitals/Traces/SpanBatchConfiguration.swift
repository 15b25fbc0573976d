import VitalsTracing

/// How spans wait for their export. There is such a queue, and a thread, for each place that they go to.
public struct SpanBatchConfiguration: Sendable, Hashable {
    /// How many spans may wait; further ones are dropped and counted.
    public var queue = BatchSpanProcessor.defaultQueue
    /// How many spans are exported at a time, as soon as there are so many; no more than `queue`.
    public var size = BatchSpanProcessor.defaultBatch
    /// After how long spans are exported that make no batch.
    public var delay: Duration = .seconds(5)
    /// How long an export may take; zero for no limit.
    public var timeout: Duration = .seconds(30)

    /// The defaults of OpenTelemetry.
    public init() {}
}
