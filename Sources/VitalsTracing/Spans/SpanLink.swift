public import VitalsMetrics

/// A span that another one has to do with and that is not its parent.
public struct SpanLink: Sendable, Hashable {
    /// The other span.
    public let context: SpanContext
    /// What is known about the link.
    public let attributes: Attributes
    /// How many attributes were beyond the limit.
    public let droppedAttributes: Int

    /// A link to a span.
    public init(_ context: SpanContext, attributes: Attributes = [:]) {
        self.init(context, attributes, droppedAttributes: 0)
    }

    init(_ context: SpanContext, _ attributes: Attributes, droppedAttributes: Int) {
        self.context = context
        self.attributes = attributes
        self.droppedAttributes = droppedAttributes
    }
}
