import Vitals

extension HTTPServerTelemetry {
    func measuring(_ handler: @escaping EndpointHandler) -> EndpointHandler {
        { request in
            try await handle(
                HTTPServerRequest(
                    method: request.method, path: request.path, route: request.route,
                    headers: request.headers.map { ($0.name, $0.value) }, bodySize: request.body.count)
            ) { _ in
                try await handler(request)
            } answer: {
                HTTPAnswer(status: $0.status, bodySize: $0.body.count)
            }
        }
    }
}
