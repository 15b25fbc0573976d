public import VitalsEndpoint
public import VitalsInstrumentation

extension HTTPServerTelemetry {
    /// A handler for a route of an endpoint that answers as `handler` does, in a span, and is measured.
    ///
    /// What is measured is what the client is told: 500 for whatever is thrown and for a response that cannot be sent, 503
    /// after a timeout. The `status` of this telemetry is not asked.
    ///
    /// What the endpoint answers itself never comes here: paths that are not there, and requests that it refuses. It counts
    /// those in `vitals.endpoint.rejected`.
    public func handler(_ handler: @escaping EndpointHandler) -> EndpointHandler {
        { request in
            try await handle(
                HTTPServerRequest(request),
                status: { _ in
                    let status = request.answered ?? 500
                    return status > 0 ? status : nil
                }
            ) { _ in
                request.checked(try await handler(request))
            } answer: { response in
                if let status = request.answered, status > 0 { return HTTPAnswer(status: status) }
                // An answer to HEAD has the headers of a body, and none.
                return HTTPAnswer(status: response.status, bodySize: request.method == "HEAD" ? 0 : response.body.count)
            }
        }
    }
}

extension Endpoint {
    /// Answers requests for `pattern`, such as `/orders/{id}`, by `handler`, in spans, and measures them.
    public func route(
        _ method: String, _ pattern: String, requiresAuthentication: Bool = false, with telemetry: HTTPServerTelemetry,
        _ handler: @escaping EndpointHandler
    ) throws(EndpointError) {
        try route(
            method, pattern, requiresAuthentication: requiresAuthentication, telemetry.handler(handler))
    }
}

extension HTTPServerRequest {
    /// What telemetry wants to know of a request of the endpoint's.
    init(_ request: EndpointRequest) {
        self.init(
            method: request.method, path: request.path, route: request.route, scheme: request.scheme,
            query: request.rawQuery, headers: request.headers.map { ($0.name, $0.value) },
            bodySize: request.body.count, protocolVersion: request.protocolVersion,
            clientAddress: request.remoteAddress)
    }
}
