public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of the requests that a client sends, by the conventions of OpenTelemetry.
public struct HTTPClientTelemetry: Sendable {
    private let tracer: Tracer
    private let active: UpDownCounter<Int>
    private let duration: Histogram<Double>
    private let requestSize: Histogram<Int>
    private let responseSize: Histogram<Int>

    /// Records to the process-wide registry and provider, unless told otherwise.
    public init(meter: Meter = .shared, tracer: Tracer = .shared) {
        self.tracer = tracer
        active = meter.upDownCounter(
            "http.client.active_requests", unit: "{request}", description: "HTTP client requests under way.")
        duration = meter.histogram(
            "http.client.request.duration", unit: .seconds, description: "Duration of HTTP client requests.",
            buckets: .latency)
        requestSize = meter.histogram(
            "http.client.request.body.size", of: Int.self, unit: .bytes,
            description: "Size of HTTP client request bodies.", buckets: BodySize.buckets)
        responseSize = meter.histogram(
            "http.client.response.body.size", of: Int.self, unit: .bytes,
            description: "Size of HTTP client response bodies.", buckets: BodySize.buckets)
    }

    /// Sends a request once, in a span of its own, and measures it.
    ///
    /// A status of 400 or more is an error, and so is what `send` throws, unless it is a `CancellationError`.
    ///
    /// - Parameters:
    ///   - send: Sends the request with the headers it is given: those of the request and those that carry the context.
    ///   - answer: Tells what was answered.
    public func attempt<Response>(
        _ request: HTTPClientRequest, _ send: ([(String, String)]) async throws -> Response,
        answer: (Response) -> HTTPAnswer
    ) async throws -> Response {
        var labels = HTTPClientLabels(request)
        let operation = Operation(
            tracer, HTTPMethod.spanName(labels.method, request.template), .client, labels.ofDuration)
        if operation.span.isRecording { describe(request, labels, operation.span) }
        var headers = request.headers
        operation.span.context.inject(into: &headers)
        var response: Response?
        try await withContext(operation.span.context) {
            let underWay = labels.withTemplate
            active.add(1, underWay)
            defer { active.add(-1, underWay) }
            do {
                let received = try await send(headers)
                response = received
                end(operation, request, &labels, answer(received))
            } catch {
                labels.failure = operation.fail(error)
                finish(operation, request, labels, nil)
                throw error
            }
        }
        return response.unsafelyUnwrapped
    }

    private func describe(_ request: HTTPClientRequest, _ labels: HTTPClientLabels, _ span: Span) {
        span["url.full"] = .string(Redaction.url(request.url))
        if let template = labels.template { span["url.template"] = .string(template) }
        if labels.method == HTTPMethod.other { span["http.request.method_original"] = .string(request.method) }
        if request.resendCount > 0 { span["http.request.resend_count"] = .int(request.resendCount) }
    }

    private func end(
        _ operation: Operation, _ request: HTTPClientRequest, _ labels: inout HTTPClientLabels, _ answer: HTTPAnswer
    ) {
        let span = operation.span
        labels.status = answer.status
        labels.version = answer.protocolVersion
        if answer.status >= 400 { labels.failure = "\(answer.status)" }
        if span.isRecording {
            span["http.response.status_code"] = .int(answer.status)
            if let version = answer.protocolVersion { span["network.protocol.version"] = .string(version) }
            if let failure = labels.failure {
                span[Operation.errorType] = .string(failure)
                span.setStatus(.error(""))
            }
        }
        finish(operation, request, labels, answer.bodySize)
    }

    private func finish(
        _ operation: Operation, _ request: HTTPClientRequest, _ labels: HTTPClientLabels, _ received: Int?
    ) {
        duration.record(operation.end(), labels.ofDuration)
        let (sent, received) = (BodySize.known(request.bodySize), BodySize.known(received))
        guard sent != nil || received != nil else { return }
        let attributes = labels.withTemplate
        if let sent { requestSize.record(sent, attributes) }
        if let received { responseSize.record(received, attributes) }
    }
}
