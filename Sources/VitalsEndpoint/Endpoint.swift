public import VitalsMetrics

/// An HTTP server in the program: `/healthz`, `/readyz`, routes of the application's own, and `/metrics` if it is that of
/// telemetry.
public final class Endpoint: Sendable {
    let server: Server

    /// An endpoint without metrics that does not listen yet: a port of its own for an API, with or without telemetry.
    ///
    /// `/metrics` and `/` are free for routes. `authentication` is for those that ask for it.
    ///
    /// - Parameter meter: For the endpoint's own metrics; nobody reads them without one. A name of its own tells them
    ///   from those of telemetry's endpoint.
    public convenience init(_ configuration: EndpointConfiguration, meter: Meter? = nil) throws(EndpointError) {
        try self.init(configuration, meter: meter ?? Registry().meter("vitals"), render: nil)
    }

    /// An endpoint that does not listen yet.
    ///
    /// - Parameters:
    ///   - meter: For the endpoint's own metrics.
    ///   - page: The HTML of `/`, and its Content-Security-Policy; without it `/` is free for a route.
    ///   - render: Renders scrapes, on one thread of the endpoint; without it `/metrics` is free for a route.
    package init(
        _ configuration: EndpointConfiguration, meter: Meter, page: (html: [UInt8], policy: String)? = nil,
        render: ScrapeRenderer?
    ) throws(EndpointError) {
        let prepared = page.map { page in
            Server.Page(
                response: PreparedResponse(
                    page.html,
                    headers: [
                        ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", page.policy),
                        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                        ("X-Frame-Options", "DENY"), ("Cache-Control", "no-cache"),
                    ]))
        }
        server = try Server(configuration, meter: meter, page: prepared, render: render)
    }

    deinit {
        server.shutdown(timeout: .zero)
    }

    /// The port it listens on; 0 before it was started.
    public var port: Int { server.port }

    /// How many scrapes have a slot.
    var scrapesInFlight: Int { server.scrapes?.inFlight ?? 0 }
    /// How many requests of the application's routes and of readiness are under way.
    var pendingRequests: Int { server.running.withLock { $0 } }

    /// Opens the port and answers from then on. The endpoint of telemetry is started already.
    public func start() throws(EndpointError) {
        try server.start()
    }

    /// Answers requests for `pattern`, such as `/orders/{id}`, by `handler`; a literal segment wins over a parameter.
    ///
    /// Routes may be added before and after the start. A route of GET answers HEAD as well.
    public func route(
        _ method: String, _ pattern: String, requiresAuthentication: Bool = false,
        _ handler: @escaping EndpointHandler
    ) throws(EndpointError) {
        try server.routes.add(method, pattern, requiresAuthentication: requiresAuthentication, handler)
    }

    /// Lets `/readyz` answer 503 while `check` throws or takes too long; another check of that name is replaced.
    public func addReadinessCheck(
        _ name: String, _ check: @escaping @Sendable () async throws -> Void
    ) throws(EndpointError) {
        try server.readiness.add(name, check)
    }

    /// Closes the port at once, lets what is under way finish within `timeout`, and ends all threads and connections.
    /// Safe to call twice and from several threads.
    public func shutdown(timeout: Duration = .seconds(2)) {
        server.shutdown(timeout: timeout)
    }
}
