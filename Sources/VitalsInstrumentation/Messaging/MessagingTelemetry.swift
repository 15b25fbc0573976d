public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of messages, by the conventions of OpenTelemetry: messages that are created, sent, received and
/// processed. A trace goes on through the queue, because a message carries its context in its headers.
///
/// What is thrown is counted by `error.type`, and thrown on; a cancellation is no error, and a message whose sending was
/// cancelled does not count as sent.
public struct MessagingTelemetry: Sendable {
    private let tracer: Tracer
    private let operations: MessagingOperations
    private let duration: Histogram<Double>
    private let sent: Counter<Int>
    private let consumed: Counter<Int>
    private let processing: Histogram<Double>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - system: `kafka`, `rabbitmq`, or a word of one's own.
    ///   - consumerGroup: The group on whose behalf messages are received.
    ///   - address: The host of the system, as the program is told to reach it.
    ///   - port: Its port.
    public init(
        system: String, consumerGroup: String? = nil, address: String? = nil, port: Int? = nil,
        meter: Meter = .shared, tracer: Tracer = .shared
    ) {
        self.tracer = tracer
        operations = MessagingOperations(
            MessagingEndpoint(system: system, consumerGroup: consumerGroup, address: address, port: port))
        duration = meter.histogram(
            "messaging.client.operation.duration", unit: .seconds,
            description: "How long it took to send or receive messages.", buckets: .latency)
        sent = meter.counter(
            "messaging.client.sent.messages", unit: "{message}",
            description: "Messages that were to be sent; with error.type those that could not.")
        consumed = meter.counter(
            "messaging.client.consumed.messages", unit: "{message}",
            description: "Messages that were delivered to the program.")
        processing = meter.histogram(
            "messaging.process.duration", unit: .seconds, description: "How long it took to process messages.",
            buckets: .latency)
    }

    /// The message with the context of a span that created it, to be sent later: what an outbox stores. Nothing is
    /// measured: whoever sends it does that.
    public func create(_ envelope: Envelope) -> Envelope {
        let what = operations[.create, envelope.destination]
        let span = tracer.startSpan(what.spanName, kind: .producer, attributes: what.attributes)
        describe(envelope, in: span)
        var envelope = envelope
        span.context.inject(into: &envelope.headers)
        span.end()
        return envelope
    }

    /// Sends a message. If it was created before, the span belongs to the trace of its creation; otherwise sending
    /// creates it, and `send` gets it with the context.
    @discardableResult
    public func send<Result>(
        _ envelope: Envelope, _ send: (Envelope) async throws -> Result
    ) async throws -> Result {
        let what = operations[.send, envelope.destination]
        let surroundings = Context.current
        let (context, creation) = envelope.context(in: surroundings)
        let operation = Operation(
            tracer, what.spanName, creation == nil ? .producer : .client, what.attributes,
            links: creation.map { [SpanLink($0)] } ?? [], parent: creation == nil ? surroundings : context)
        describe(envelope, in: operation.span)
        var envelope = envelope
        if creation == nil { operation.span.context.inject(into: &envelope.headers) }
        return try await measure(operation) {
            try await send(envelope)
        } record: { seconds, failure, result in
            duration.record(seconds, what.attributes.failing(with: failure))
            // Of one that was cancelled nobody knows whether it was sent.
            if failure != nil || result != nil { sent.add(1, what.labels.failing(with: failure)) }
        }
    }

    /// Receives messages: those that `receive` returns, in a span that links to where they were made.
    @discardableResult
    public func receive(
        from destination: String, _ receive: () async throws -> [Envelope]
    ) async throws -> [Envelope] {
        let what = operations[.receive, destination]
        let operation = Operation(tracer, what.spanName, .client, what.attributes)
        return try await measure(operation) {
            let messages = try await receive()
            let span = operation.span
            guard span.isRecording else { return messages }
            span["messaging.batch.message_count"] = .int(messages.count)
            for message in messages { span.addLink(message.context.spanContext) }
            return messages
        } record: { seconds, failure, messages in
            duration.record(seconds, what.attributes.failing(with: failure))
            if let messages, !messages.isEmpty { consumed.add(messages.count, what.labels) }
        }
    }

    /// Processes a message, and measures that. The span goes on with the trace that made the message and links to the
    /// span that created it; the baggage of the message, and no other, is current meanwhile.
    ///
    /// - Parameters:
    ///   - continuesTrace: Whether the span is a child of the one that created the message. If not, it only links to it,
    ///     and its trace is that of whoever calls, or a new one.
    ///   - isDelivery: Whether it is now that the message comes to the program, because the system pushes messages and
    ///     nobody calls `receive`: it counts as consumed then.
    @discardableResult
    public func process<Result>(
        _ envelope: Envelope, continuesTrace: Bool = true, isDelivery: Bool = false,
        _ body: (Span) async throws -> Result
    ) async throws -> Result {
        let what = operations[.process, envelope.destination]
        let surroundings = Context.current
        var (context, creation) = envelope.context(in: surroundings)
        if !continuesTrace {
            let baggage = context.baggage
            context = surroundings
            context.baggage = baggage
        }
        let operation = Operation(
            tracer, what.spanName, .consumer, what.attributes, links: creation.map { [SpanLink($0)] } ?? [],
            parent: context)
        describe(envelope, in: operation.span)
        return try await measure(operation) {
            if isDelivery { consumed.add(1, what.labels) }
            return try await body(operation.span)
        } record: { seconds, failure, _ in
            processing.record(seconds, what.labels.failing(with: failure))
        }
    }

    /// What is known of one message and no metric has.
    private func describe(_ envelope: Envelope, in span: Span) {
        guard span.isRecording else { return }
        if !envelope.id.isEmpty { span["messaging.message.id"] = .string(envelope.id) }
        // A message whose body goes another way has none here.
        if !envelope.body.isEmpty { span["messaging.message.body.size"] = .int(envelope.body.count) }
    }

    /// Runs `body` as what an operation does, and records what came of it while the operation's span is current.
    private func measure<Result>(
        _ operation: Operation, _ body: () async throws -> Result,
        record: (_ seconds: Double, _ failure: String?, _ result: Result?) -> Void
    ) async throws -> Result {
        try await withContext(operation.span.context) {
            do {
                let result = try await body()
                record(operation.end(), nil, result)
                return result
            } catch {
                let failure = operation.fail(error)
                record(operation.end(), failure, nil)
                throw error
            }
        }
    }
}

extension Attributes {
    /// The labels of what has failed, if it has.
    fileprivate func failing(with error: String?) -> Attributes {
        guard let error else { return self }
        return merging([Operation.errorType: .string(error)])
    }
}
