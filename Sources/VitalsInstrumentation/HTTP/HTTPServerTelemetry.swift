public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of the requests that a server answers, by the conventions of OpenTelemetry.
public struct HTTPServerTelemetry: Sendable {
    private let tracer: Tracer
    private let duration: Histogram<Double>
    private let active: UpDownCounter<Int>
    private let requestSize: Histogram<Int>
    private let responseSize: Histogram<Int>

    /// Records to the process-wide registry and provider, unless told otherwise.
    public init(meter: Meter = .shared, tracer: Tracer = .shared) {
        self.tracer = tracer
        duration = meter.histogram(
            "http.server.request.duration", unit: .seconds, description: "Duration of HTTP server requests.",
            buckets: .latency)
        active = meter.upDownCounter(
            "http.server.active_requests", unit: "{request}", description: "HTTP server requests under way.")
        requestSize = meter.histogram(
            "http.server.request.body.size", of: Int.self, unit: .bytes, description: "Bytes of HTTP request bodies.")
        responseSize = meter.histogram(
            "http.server.response.body.size", of: Int.self, unit: .bytes,
            description: "Bytes of HTTP response bodies.")
    }

    /// Answers a request in a span that continues the trace of the caller, and measures it. What `body` throws counts as
    /// an answer with the status 500, and is thrown on.
    ///
    /// - Parameters:
    ///   - body: Answers the request, as the current span.
    ///   - answer: Tells what was answered.
    public func handle<Response>(
        _ request: HTTPServerRequest, _ body: (Span) async throws -> Response, answer: (Response) -> HTTPAnswer
    ) async throws -> Response {
        let method = HTTPMethod.label(request.method)
        let common: Attributes = ["http.request.method": .string(method), "url.scheme": .string(request.scheme)]
        let operation = Operation(
            tracer, HTTPMethod.spanName(method, request.route), .server,
            common.merging(["url.path": .string(request.path)]), parent: Context.extract(from: request.headers))
        active.add(1, common)
        defer { active.add(-1, common) }
        return try await withContext(operation.span.context) {
            do {
                let response = try await body(operation.span)
                end(operation, request, common, answer(response), nil)
                return response
            } catch {
                end(operation, request, common, HTTPAnswer(status: 500), operation.fail(error))
                throw error
            }
        }
    }

    private func end(
        _ operation: Operation, _ request: HTTPServerRequest, _ common: Attributes, _ answer: HTTPAnswer,
        _ failure: String?
    ) {
        var labels = common
        labels["http.response.status_code"] = .int(answer.status)
        if let route = answer.route ?? request.route { labels["http.route"] = .string(route) }
        if let failure = failure ?? (answer.status >= 500 ? "\(answer.status)" : nil) {
            labels[Operation.errorType] = .string(failure)
            operation.span.setStatus(.error(""))
        }
        operation.span.setAttributes(labels)
        duration.record(operation.end(), labels)
        if let size = request.bodySize { requestSize.record(size, labels) }
        if let size = answer.bodySize { responseSize.record(size, labels) }
    }
}
