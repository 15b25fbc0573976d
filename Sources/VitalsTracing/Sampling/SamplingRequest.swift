public import VitalsMetrics

/// A span that is about to begin: what a sampler decides by.
public struct SamplingRequest: Sendable {
    /// The context of the parent, with the span of the caller if there is one.
    public let parent: Context
    /// The trace of the span.
    public let traceID: TraceID
    /// Its name.
    public let name: String
    /// Its kind.
    public let kind: SpanKind
    /// The attributes that it begins with.
    public let attributes: Attributes
    /// The links that it begins with.
    public let links: [SpanLink]

    /// A span that is about to begin.
    public init(
        parent: Context, traceID: TraceID, name: String, kind: SpanKind = .internal, attributes: Attributes = [:],
        links: [SpanLink] = []
    ) {
        self.parent = parent
        self.traceID = traceID
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.links = links
    }
}
