/// What a provider does with spans.
public struct TracingConfiguration: Sendable {
    /// Decides which spans are recorded.
    public var sampler: Sampler = .parentBased(root: .alwaysOn)
    /// Are told of spans, in this order.
    public var processors: [any SpanProcessor] = []
    /// How much a span may hold.
    public var limits = SpanLimits()
    /// Makes ids; nil for random ones.
    public var ids: (any IDGenerator)?

    /// The defaults of OpenTelemetry, and nobody who is told of spans.
    public init() {}
}
