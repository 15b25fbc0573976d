public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of messages, by the conventions of OpenTelemetry.
public struct MessagingTelemetry: Sendable {
    private let tracer: Tracer
    private let system: String

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - system: `kafka`, `rabbitmq`, or a word of one's own.
    ///   - consumerGroup: The group on whose behalf messages are received.
    public init(
        system: String, consumerGroup: String? = nil, address: String? = nil, port: Int? = nil,
        meter: Meter = .shared, tracer: Tracer = .shared
    ) {
        self.tracer = tracer
        self.system = system
    }

    /// The message with the context of a span that created it, to be sent later: what an outbox stores.
    public func create(_ envelope: Envelope) -> Envelope {
        tracer.withSpan("create \(envelope.destination)", kind: .producer) { span in
            var envelope = envelope
            span.context.inject(into: &envelope.headers)
            return envelope
        }
    }

    /// Sends a message. If it was created before, the span belongs to the trace of its creation; otherwise sending
    /// creates it, and `send` gets it with the context.
    public func send<Result>(
        _ envelope: Envelope, _ send: (Envelope) async throws -> Result
    ) async throws -> Result {
        try await tracer.withSpan("send \(envelope.destination)", kind: .client, parent: envelope.context) { _ in
            try await send(envelope)
        }
    }

    /// Receives messages: those that `receive` returns, in a span that links to where they were made.
    @discardableResult
    public func receive(
        from destination: String, _ receive: () async throws -> [Envelope]
    ) async throws -> [Envelope] {
        try await receive()
    }

    /// Processes a message in a span of the trace that made it, and measures that.
    public func process<Result>(
        _ envelope: Envelope, _ body: (Span) async throws -> Result
    ) async throws -> Result {
        try await tracer.withSpan("process \(envelope.destination)", kind: .consumer, parent: envelope.context) {
            try await body($0)
        }
    }
}
