import CMicrohttpd
import CVitals
import Synchronization
import VitalsMetrics

/// What the daemons of an endpoint serve: takes requests in, sees to their answers, and sends them.
final class Server: Sendable {
    let configuration: EndpointConfiguration
    let connections: ConnectionTable
    let metrics: EndpointMetrics
    let routes: Locked<RouteTable>
    let authenticator: Authenticator?
    let readiness = ReadinessChecks()
    let queue: ScrapeQueue
    let page: EndpointPage?
    private let limits: EndpointLimits
    /// Exchanges that somebody works on.
    private let open = Locked<[ObjectIdentifier: Exchange]>([:])
    /// Requests of the program's own routes that are being answered.
    private let running = Atomic<Int>(0)
    private let isStopping = Atomic(false)

    init(
        _ configuration: EndpointConfiguration, _ metrics: EndpointMetrics, _ authenticator: Authenticator?,
        _ page: EndpointPage?, _ render: @escaping ScrapeRenderer, tick: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.metrics = metrics
        self.authenticator = authenticator
        self.page = page
        limits = configuration.limits
        let connections = ConnectionTable(limits, metrics)
        self.connections = connections
        queue = ScrapeQueue(render, limits, connections, metrics) {
            connections.sweep()
            authenticator?.reload()
            tick()
        }
        routes = Locked(RouteTable(builtIn: page != nil))
    }

    // MARK: What a daemon calls

    /// Takes in what has come of a request. Called when the headers are there, for each part of the body, at its end,
    /// and once more when the connection goes on with an answer.
    func receive(
        _ exchange: Exchange, _ connection: OpaquePointer, _ method: String, _ part: UnsafeRawBufferPointer
    ) -> MHD_Result {
        if let answer = exchange.answer { return part.isEmpty ? send(answer, exchange, connection) : .YES }
        guard exchange.head != nil else {
            let head = Exchange.Head(
                method: method, headers: Self.headers(connection), remoteAddress: RemoteAddress.text(connection))
            exchange.head = head
            guard let refusal = refusal(head, connection) else { return .YES }
            exchange.finish(refusal)
            return send(refusal, exchange, connection)
        }
        if !part.isEmpty {
            if !exchange.append(part, limit: limits.bodyBytes) {
                metrics.reject(.bodySize)
                exchange.finish(.text(413, "the body is larger than \(limits.bodyBytes) bytes"))
            }
            return .YES
        }
        if let answer = dispatch(exchange, connection) {
            exchange.finish(answer)
            return send(answer, exchange, connection)
        }
        return .YES
    }

    /// A request is over, whether its answer arrived or not.
    func complete(_ exchange: Exchange, _ connection: OpaquePointer) {
        _ = open.withLock { $0.removeValue(forKey: ObjectIdentifier(exchange)) }
        connections.enter(.waiting, UInt(bitPattern: connection))
    }

    /// What can be refused before the body is there.
    private func refusal(_ head: Exchange.Head, _ connection: OpaquePointer) -> Answer? {
        if configuration.tls?.clientAuthorityFile != nil, !vitals_mhd_is_trusted(connection) {
            metrics.reject(.clientCertificate)
            return .text(403, "show a client certificate of the authority that this endpoint trusts")
        }
        if let length = head.header("content-length").flatMap({ Int($0) }), length > limits.bodyBytes {
            metrics.reject(.bodySize)
            return .text(413, "the body is larger than \(limits.bodyBytes) bytes")
        }
        return nil
    }

    private static func headers(_ connection: OpaquePointer) -> [(name: String, value: String)] {
        final class Found {
            var headers: [(name: String, value: String)] = []
        }
        let found = Found()
        MHD_get_connection_values(
            connection, .HEADER_KIND,
            { found, _, name, value in
                guard let found, let name else { return .YES }
                Unmanaged<Found>.fromOpaque(found).takeUnretainedValue().headers.append(
                    (String(cString: name), value.map { String(cString: $0) } ?? ""))
                return .YES
            }, Unmanaged.passUnretained(found).toOpaque())
        return found.headers
    }

    // MARK: Answers

    /// Answers at once, or nil: somebody is working on it, and the connection is suspended.
    private func dispatch(_ exchange: Exchange, _ connection: OpaquePointer) -> Answer? {
        guard let head = exchange.head else { return .text(400, "bad request") }
        if isStopping.load(ordering: .acquiring) { return .busy("shutting down") }
        let match = routes.withLock { $0.find(head.method, exchange.path) }
        switch match {
        case nil: return .text(400, "the path is not percent-encoded UTF-8")
        case .absent:
            return .text(404, "there is nothing at this path; there is /metrics, /healthz and /readyz")
        case .otherMethod(let allowed):
            let list = allowed.joined(separator: ", ")
            return .text(405, "\(head.method) is not served here, \(list) is", headers: [("Allow", list)])
        case .found(let route, let parameters):
            guard let query = RequestText.query(exchange.query) else {
                return .text(400, "the query is not percent-encoded UTF-8")
            }
            connections.enter(.working, UInt(bitPattern: connection))
            let request = Request(head: head, route: route, parameters: parameters, query: query)
            guard route.requiresAuthentication, let authenticator else {
                return perform(request, exchange) { self.suspend(exchange, connection) }
            }
            return authenticate(authenticator, request, exchange, connection)
        }
    }

    struct Request: Sendable {
        let head: Exchange.Head
        let route: RouteTable.Route
        let parameters: [String: String]
        let query: [(name: String, value: String)]
    }

    private func suspend(_ exchange: Exchange, _ connection: OpaquePointer) {
        open.withLock { $0[ObjectIdentifier(exchange)] = exchange }
        exchange.suspend(connection)
        // Whoever stops the server may have looked for suspended connections just before.
        if isStopping.load(ordering: .acquiring) { exchange.finish(.busy("shutting down")) }
    }

    private func authenticate(
        _ authenticator: Authenticator, _ request: Request, _ exchange: Exchange, _ connection: OpaquePointer
    ) -> Answer? {
        switch authenticator.judge(request.head.header("authorization")) {
        case .allowed: return perform(request, exchange) { self.suspend(exchange, connection) }
        case .denied: return denial()
        case .unknown(let check):
            suspend(exchange, connection)
            let isTaken = queue.add { [self] in
                guard exchange.isOpen else { return }
                let answer = check() ? perform(request, exchange) {} : denial()
                if let answer { exchange.finish(answer) }
            }
            if !isTaken {
                metrics.reject(.tooManyAttempts)
                exchange.finish(
                    .text(429, "too many passwords are being checked", headers: [("Retry-After", "1")]))
            }
            return nil
        }
    }

    private func denial() -> Answer {
        metrics.reject(.unauthorized)
        return .text(401, "say who you are", headers: [("WWW-Authenticate", Authenticator.challenge)])
    }

    /// Answers, or calls `suspend` and has the answer come later.
    private func perform(_ request: Request, _ exchange: Exchange, suspend: () -> Void) -> Answer? {
        switch request.route.action {
        case .health: return .text(200, "ok")
        case .page: return page?.answer
        case .metrics:
            let scrape = ScrapeRequest(
                accept: request.head.header("accept"), acceptEncoding: request.head.header("accept-encoding"),
                names: request.query.filter { $0.name == "name[]" && !$0.value.isEmpty }.map(\.value))
            let timeout = ScrapeTimeout.parse(request.head.header("x-prometheus-scrape-timeout-seconds"))
            suspend()
            if let refusal = queue.add(exchange, scrape, timeout: timeout) {
                metrics.scrapes[refusal.status, "none"].add(1)
                exchange.finish(refusal)
            }
            return nil
        case .readiness:
            suspend()
            start(exchange) { [readiness, limits] in await readiness.answer(within: limits.readinessTimeout) }
            return nil
        case .own(let handler):
            let own = EndpointRequest(
                method: request.head.method, path: exchange.path, route: request.route.pattern.text,
                parameters: request.parameters, query: request.query, headers: request.head.headers,
                body: exchange.body, remoteAddress: request.head.remoteAddress)
            suspend()
            start(exchange) { await Self.answer(own, handler) }
            return nil
        }
    }

    /// Has a task answer, if there are not too many.
    private func start(_ exchange: Exchange, _ body: @escaping @Sendable () async -> Answer) {
        guard running.add(1, ordering: .relaxed).newValue <= limits.requests else {
            running.subtract(1, ordering: .relaxed)
            metrics.reject(.requests)
            return exchange.finish(.busy("\(limits.requests) requests are being answered already"))
        }
        Task.detached { [self] in
            let answer = await body()
            running.subtract(1, ordering: .relaxed)
            exchange.finish(answer)
        }
    }

    private static func answer(_ request: EndpointRequest, _ handler: EndpointHandler) async -> Answer {
        do {
            let response = try await handler(request)
            if let answer = Answer(response) { return answer }
            Diagnostics.log(
                .error, "\(request.method) \(request.route) answered with a status or a header that cannot be sent")
        } catch {
            Diagnostics.log(.error, "\(request.method) \(request.route) failed: \(error)")
        }
        return .text(500, "internal error")
    }

    private func send(_ answer: Answer, _ exchange: Exchange, _ connection: OpaquePointer) -> MHD_Result {
        guard let response = answer.makeResponse() else { return .NO }
        defer { MHD_destroy_response(response) }
        let isScrape = if case .shared = answer.content { true } else { false }
        connections.enter(.sending(isScrape: isScrape), UInt(bitPattern: connection))
        return MHD_queue_response(connection, UInt32(clamping: answer.status), response)
    }

    // MARK: The end

    /// Refuses what comes, waits for what is being answered until `deadline` (monotonic nanoseconds), and then answers
    /// it itself: no connection may be suspended when its daemon ends.
    func drain(until deadline: UInt64, daemons: [Int]) {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        func isBusy() -> Bool { daemons.contains { connections.count(of: $0, onlyBusy: true) > 0 } }
        while isBusy(), vitals_monotonic_nanoseconds() < deadline { vitals_sleep(2_000_000) }
        for exchange in open.withLock({ Array($0.values) }) { exchange.finish(.busy("shutting down")) }
        // For the last answers to leave.
        let last = vitals_monotonic_nanoseconds() &+ 200_000_000
        while isBusy(), vitals_monotonic_nanoseconds() < last { vitals_sleep(2_000_000) }
    }
}
