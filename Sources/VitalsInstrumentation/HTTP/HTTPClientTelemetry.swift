public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of the requests that a client sends, by the conventions of OpenTelemetry.
public struct HTTPClientTelemetry: Sendable {
    private let tracer: Tracer
    private let duration: Histogram<Double>

    /// Records to the process-wide registry and provider, unless told otherwise.
    public init(meter: Meter = .shared, tracer: Tracer = .shared) {
        self.tracer = tracer
        duration = meter.histogram(
            "http.client.request.duration", unit: .seconds, description: "Duration of HTTP client requests.",
            buckets: .latency)
    }

    /// Sends a request once, in a span of its own, and measures it.
    ///
    /// - Parameters:
    ///   - send: Sends the request with the headers it is given: those of the request and those that carry the context.
    ///   - answer: Tells what was answered.
    public func attempt<Response>(
        _ request: HTTPClientRequest, _ send: ([(String, String)]) async throws -> Response,
        answer: (Response) -> HTTPAnswer
    ) async throws -> Response {
        let method = HTTPMethod.label(request.method)
        let common: Attributes = ["http.request.method": .string(method)]
        let operation = Operation(tracer, HTTPMethod.spanName(method, request.template), .client, common)
        var headers = request.headers
        operation.span.context.inject(into: &headers)
        return try await withContext(operation.span.context) {
            do {
                let response = try await send(headers)
                var labels = common
                labels["http.response.status_code"] = .int(answer(response).status)
                duration.record(operation.end(), labels)
                return response
            } catch {
                var labels = common
                labels[Operation.errorType] = operation.fail(error).map { .string($0) }
                duration.record(operation.end(), labels)
                throw error
            }
        }
    }
}
