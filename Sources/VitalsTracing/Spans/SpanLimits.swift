/// How much a span may hold. What comes beyond is dropped and counted.
public struct SpanLimits: Sendable, Hashable {
    /// Attributes of a span.
    public var attributes = 128
    /// Characters of a text in an attribute, beyond which it is cut; nil for any number.
    public var valueLength: Int?
    /// Events of a span.
    public var events = 128
    /// Links of a span.
    public var links = 128
    /// Attributes of an event.
    public var attributesPerEvent = 128
    /// Attributes of a link.
    public var attributesPerLink = 128

    /// The limits of OpenTelemetry.
    public init() {}
}
