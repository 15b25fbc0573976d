public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of the requests that a server answers, by the conventions of OpenTelemetry.
public struct HTTPServerTelemetry: Sendable {
    private let tracer: Tracer
    private let status: @Sendable (any Error) -> Int?
    private let active: UpDownCounterFamily<Int, (String, String)>
    private let duration: HTTPServerHistogram<Double>
    private let requestSize: HTTPServerHistogram<Int>
    private let responseSize: HTTPServerHistogram<Int>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameter status: The status with which the framework answers what a handler throws; nil if it answers nothing,
    ///   as when a client went away.
    public init(
        meter: Meter = .shared, tracer: Tracer = .shared,
        status: @escaping @Sendable (any Error) -> Int? = { $0 is CancellationError ? nil : 500 }
    ) {
        self.tracer = tracer
        self.status = status
        active = meter.upDownCounter(
            "http.server.active_requests", unit: "{request}", description: "HTTP server requests under way.",
            by: .string("http.request.method"), .string("url.scheme"))
        duration = HTTPServerHistogram(
            meter, "http.server.request.duration", unit: .seconds, description: "Duration of HTTP server requests.",
            buckets: .latency)
        requestSize = HTTPServerHistogram(
            meter, "http.server.request.body.size", unit: .bytes, description: "Size of HTTP server request bodies.",
            buckets: BodySize.buckets)
        responseSize = HTTPServerHistogram(
            meter, "http.server.response.body.size", unit: .bytes, description: "Size of HTTP server response bodies.",
            buckets: BodySize.buckets)
    }

    /// Answers a request in a span that continues the trace of the caller, and measures it.
    ///
    /// What `body` throws is thrown on. It is an error of the server unless its status is below 500, as that of a
    /// framework's "not found" is, or it is a `CancellationError` without a status.
    ///
    /// - Parameters:
    ///   - body: Answers the request, as the current span.
    ///   - answer: Tells what was answered.
    public func handle<Response>(
        _ request: HTTPServerRequest, _ body: (Span) async throws -> Response, answer: (Response) -> HTTPAnswer
    ) async throws -> Response {
        try await handle(request, status: status, body, answer: answer)
    }

    /// The same, where the status of what is thrown depends on the request.
    package func handle<Response>(
        _ request: HTTPServerRequest, status: (any Error) -> Int?, _ body: (Span) async throws -> Response,
        answer: (Response) -> HTTPAnswer
    ) async throws -> Response {
        let method = HTTPMethod.label(request.method)
        let operation = begin(request, method)
        // Nothing that depends on what the response is crosses `withContext`: generic code would cost as much as the rest.
        var response: Response?
        try await withContext(operation.span.context) {
            let underWay = active[method, request.scheme]
            underWay.add(1)
            defer { underWay.add(-1) }
            do {
                let made = try await body(operation.span)
                response = made
                end(operation, request, method, answer(made))
            } catch {
                fail(operation, request, method, status(error), error)
                throw error
            }
        }
        return response.unsafelyUnwrapped
    }

    private func begin(_ request: HTTPServerRequest, _ label: String) -> Operation {
        let route = request.route.flatMap { $0.isEmpty ? nil : $0 }
        let method = ("http.request.method", AttributeValue.string(label))
        let path = ("url.path", AttributeValue.string(request.path))
        let scheme = ("url.scheme", AttributeValue.string(request.scheme))
        let attributes =
            if let route { [method, path, scheme, ("http.route", .string(route))] } else { [method, path, scheme] }
        let operation = Operation(
            tracer, HTTPMethod.spanName(label, route), .server, Attributes(given: attributes),
            parent: Context.extract(from: request.headers))
        if operation.span.isRecording { describe(request, label, operation.span) }
        return operation
    }

    /// What samplers need not know.
    private func describe(_ request: HTTPServerRequest, _ method: String, _ span: Span) {
        var facts: [(String, AttributeValue)] = []
        facts.reserveCapacity(8)
        func tell(_ key: String, _ value: String?) {
            if let value { facts.append((key, .string(value))) }
        }
        if method == HTTPMethod.other { tell("http.request.method_original", request.method) }
        if let query = request.query, !query.isEmpty { tell("url.query", Redaction.query(query)) }
        tell("network.protocol.version", request.protocolVersion)
        tell("client.address", request.clientAddress)
        tell("user_agent.original", request.header("user-agent"))
        if let address = request.header("host").flatMap({ HTTPAddress(header: $0, scheme: request.scheme) }) {
            tell("server.address", address.host)
            if let port = address.port { facts.append(("server.port", .int(port))) }
        }
        span.setAttributes(Attributes(given: facts))
    }

    private func end(
        _ operation: Operation, _ request: HTTPServerRequest, _ method: String, _ answer: HTTPAnswer
    ) {
        finish(operation, request, method, answer.status, fail(operation, with: answer.status), answer)
    }

    private func fail(
        _ operation: Operation, _ request: HTTPServerRequest, _ method: String, _ status: Int?, _ error: any Error
    ) {
        let isOurs = status.map { $0 >= 500 } ?? true
        // Also a cancellation that was answered with an error is one.
        let failure = isOurs ? operation.fail(error) ?? status.flatMap { fail(operation, with: $0) } : nil
        finish(operation, request, method, status, failure, nil)
    }

    private func fail(_ operation: Operation, with status: Int) -> String? {
        guard status >= 500 else { return nil }
        operation.span.setStatus(.error(""))
        return "\(status)"
    }

    private func finish(
        _ operation: Operation, _ request: HTTPServerRequest, _ method: String, _ status: Int?, _ failure: String?,
        _ answer: HTTPAnswer?
    ) {
        let route = (answer?.route ?? request.route).flatMap { $0.isEmpty ? nil : $0 }
        let span = operation.span
        if span.isRecording {
            if let route, route != request.route {
                span["http.route"] = .string(route)
                span.updateName(HTTPMethod.spanName(method, route))
            }
            if let status { span["http.response.status_code"] = .int(status) }
            if let failure { span[Operation.errorType] = .string(failure) }
        }
        let labels = HTTPServerLabels(
            method: method, scheme: request.scheme, version: request.protocolVersion, route: route, status: status,
            failure: failure)
        duration.record(operation.end(), labels)
        if let size = BodySize.known(request.bodySize) { requestSize.record(size, labels) }
        if let size = BodySize.known(answer?.bodySize) { responseSize.record(size, labels) }
    }
}
