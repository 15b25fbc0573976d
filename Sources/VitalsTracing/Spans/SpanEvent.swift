public import VitalsMetrics

/// Something that happened at one moment of a span.
public struct SpanEvent: Sendable, Hashable {
    /// What happened.
    public let name: String
    /// When, in unix nanoseconds.
    public let time: UInt64
    /// What is known about it.
    public let attributes: Attributes
    /// How many attributes were beyond the limit.
    public let droppedAttributes: Int
}
