import CVitals
import VitalsMetrics

/// From a request to its answer. `open`, `received`, `dispatch` and `finished` are called by the server's thread and do
/// not wait for anything.
extension Server {
    /// Begins an exchange; the second value says that the request is refused without reading its body.
    func open(
        _ connection: Connection, method: String, target: [UInt8], version: String,
        headers: [(name: String, value: String)], began: UInt64
    ) -> (Exchange, Bool) {
        let plan = plan(method, target)
        let exchange = Exchange(
            connection, method: method, version: version, headers: headers, plan: plan, began: began)
        let isClear = headers.allSatisfy { header in
            !header.name.isEmpty && header.name.utf8.allSatisfy(HeaderText.isToken)
        }
        guard isClear, headers.count(where: { HeaderText.isSame($0.name, "Host") }) <= 1 else {
            // A name with a blank before the colon is one to us and another one to a proxy.
            exchange.resolve(.text(400, "a header is malformed, or there is more than one Host"))
            return (exchange, true)
        }
        let encodings = headers.filter { HeaderText.isSame($0.name, "Transfer-Encoding") }
        let lengths = headers.filter { HeaderText.isSame($0.name, "Content-Length") }
        if encodings.count + lengths.count > 1 || encodings.contains(where: { !HeaderText.isSame($0.value, "chunked") })
        {
            // Where a proxy and we might disagree about where the request ends.
            exchange.resolve(.text(400, "say the length of the body once, or send it in chunks"))
            return (exchange, true)
        }
        if let length = lengths.first, Int(length.value) ?? .max > limits.bodyBytes {
            metrics.reject("body_too_large")
            exchange.resolve(Self.tooLarge(limits.bodyBytes))
            return (exchange, true)
        }
        return (exchange, false)
    }

    private static func tooLarge(_ limit: Int) -> Answer {
        .text(413, "a body may have no more than \(limit) bytes", headers: [("Connection", "close")])
    }

    private func plan(_ method: String, _ bytes: [UInt8]) -> Plan {
        guard let target = RequestTarget(bytes) else {
            return .answer(.text(400, "the path or query is malformed: check its percent-encoding"))
        }
        let isReading = method == "GET" || method == "HEAD"
        let own: Plan? =
            switch target.segments {
            case ["metrics"] where scrapes != nil: .scrape(ScrapeRequest(names: target.names))
            case ["healthz"]: .answer(.text(200, "ok"))
            case ["readyz"]: .ready
            case [] where page != nil, [""] where page != nil: .page
            default: nil
            }
        if let own { return isReading ? own : .answer(.otherMethod(["GET", "HEAD"])) }
        switch routes.find(method, target.segments.isEmpty ? [""] : target.segments) {
        case .route(let route, let parameters): return .route(route, parameters: parameters, target: target)
        case .otherMethods(let methods): return .answer(.otherMethod(methods))
        case .nothing:
            return .answer(.text(404, "there is nothing here; there are " + ownPaths.joined(separator: ", ")))
        }
    }

    /// Takes a piece of a body; false closes the connection.
    func received(_ bytes: UnsafeRawBufferPointer, _ exchange: Exchange) -> Bool {
        exchange.receive(bytes, keepingUpTo: exchange.plan.takesBody ? limits.bodyBytes : 0)
        // In chunks, so its length was not announced: a little more is read so that the client sees the answer.
        return exchange.received <= limits.bodyBytes &+ 1_048_576
    }

    /// Settles the answer, or suspends the connection until it is settled.
    func dispatch(_ exchange: Exchange, _ http: HTTPConnection) {
        table.move(exchange.connection, to: .serving, at: vitals_monotonic_nanoseconds())
        if exchange.plan.isScrape { metrics.inFlight.add(1) }
        if exchange.received > limits.bodyBytes {
            metrics.reject("body_too_large")
            exchange.resolve(Self.tooLarge(limits.bodyBytes))
            return
        }
        guard let credentials, exchange.plan.requiresAuthentication else { return run(exchange, http) }
        let headers = exchange.headers.filter { HeaderText.isSame($0.name, "Authorization") }
        switch credentials.check(headers.map(\.value)) {
        case .allowed: run(exchange, http)
        case .denied: deny(exchange)
        case .unknown(let user, let password):
            guard let passwords, exchange.connection.daemon.suspend(exchange, http) else {
                exchange.resolve(.busy("the endpoint stops"))
                return
            }
            let job = PasswordDesk.Job(exchange: exchange, user: user, password: password) { [self] isRight in
                if isRight { run(exchange, nil) } else { deny(exchange) }
            }
            guard !passwords.enqueue(job) else { return }
            metrics.reject("logins")
            exchange.resolve(.text(429, "too many passwords are being checked", headers: [("Retry-After", "1")]))
        }
    }

    private func deny(_ exchange: Exchange) {
        metrics.reject("authentication")
        let schemes = [credentials?.hasPasswords == true ? "Basic realm=\"vitals\", charset=\"UTF-8\"" : nil, "Bearer"]
        exchange.resolve(
            .text(401, "log in first", headers: schemes.compactMap { $0.map { ("WWW-Authenticate", $0) } }))
    }

    /// Does what was planned. `http` is nil if the connection is suspended already.
    private func run(_ exchange: Exchange, _ http: HTTPConnection?) {
        switch exchange.plan {
        case .answer(let answer): exchange.resolve(answer)
        case .page: exchange.resolve(Answer(code: 200, response: page?.response))
        case .scrape(let request): scrape(request, exchange, http)
        case .ready:
            guard begin(exchange, http) else { return }
            readiness.ask { [self] answer in
                running.withLock { $0 -= 1 }
                exchange.resolve(answer)
            }
        case .route(let route, let parameters, let target):
            guard begin(exchange, http) else { return }
            handle(route, parameters, target, exchange)
        }
    }

    private func suspend(_ exchange: Exchange, _ http: HTTPConnection?) -> Bool {
        guard let http, !exchange.connection.daemon.suspend(exchange, http) else { return true }
        exchange.resolve(.busy("the endpoint stops"))
        return false
    }

    private func scrape(_ request: ScrapeRequest, _ exchange: Exchange, _ http: HTTPConnection?) {
        guard let scrapes, !isStopping, scrapes.reserve(exchange) else {
            metrics.reject("scrapes")
            exchange.resolve(.busy("\(limits.scrapes) scrapes are being answered: come again"))
            return
        }
        var request = request
        request.accept = combined("Accept", exchange)
        request.acceptEncoding = combined("Accept-Encoding", exchange)
        let timeout = exchange.header("X-Prometheus-Scrape-Timeout-Seconds").flatMap(ScrapeTimeout.nanoseconds)
        let deadline = timeout.map { exchange.began &+ $0 &- ScrapeTimeout.margin($0) }
        guard suspend(exchange, http) else { return scrapes.release(exchange) }
        scrapes.enqueue(ScrapeDesk.Job(exchange: exchange, request: request, deadline: deadline))
    }

    /// Several headers of one name mean the same as one with all values.
    private func combined(_ name: String, _ exchange: Exchange) -> String? {
        let values = exchange.headers.filter { HeaderText.isSame($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// Counts a request of the application's and suspends its connection.
    private func begin(_ exchange: Exchange, _ http: HTTPConnection?) -> Bool {
        let isTaken = running.withLock { running in
            guard running < limits.requests else { return false }
            running += 1
            return true
        }
        guard isTaken, !isStopping else {
            if isTaken { running.withLock { $0 -= 1 } }
            metrics.reject("requests")
            exchange.resolve(.busy("\(limits.requests) requests are being answered: come again"))
            return false
        }
        guard suspend(exchange, http) else {
            running.withLock { $0 -= 1 }
            return false
        }
        return true
    }

    private func handle(
        _ route: RouteTable.Route, _ parameters: [String: String], _ target: RequestTarget, _ exchange: Exchange
    ) {
        let request = EndpointRequest(
            method: exchange.method, path: target.path, route: route.pattern.text, parameters: parameters,
            query: target.query.map { ($0.name, $0.value) }, rawQuery: target.rawQuery,
            scheme: configuration.tls == nil ? "http" : "https", protocolVersion: exchange.version,
            headers: exchange.headers, body: exchange.body, remoteAddress: exchange.connection.address.text,
            exchange: exchange)
        let task = Task {
            let response: EndpointResponse
            do {
                response = checked(try await route.handler(request), of: "\(route.method) \(route.pattern.text)")
            } catch {
                Diagnostics.log(.error, "\(route.method) \(route.pattern.text) was answered with 500: \(error)")
                response = .internalError
            }
            running.withLock { $0 -= 1 }
            exchange.resolve(
                PreparedResponse(response.body, headers: response.headers).map {
                    Answer(code: response.status, response: $0)
                } ?? .text(500, "internal error"))
        }
        // Also when it is a timeout: a handler that heeds cancellation need not go on.
        exchange.onAnswer { task.cancel() }
    }

    /// The response as it can be sent; otherwise that of an internal error, and the log says why.
    func checked(_ response: EndpointResponse, of route: String) -> EndpointResponse {
        if let complaint = response.complaint {
            Diagnostics.log(.error, "\(route) was answered with 500: \(complaint)")
            return .internalError
        }
        let ignored = ["Content-Length", "Transfer-Encoding", "Connection"]
        var response = response
        response.headers.removeAll { header in ignored.contains { HeaderText.isSame($0, header.name) } }
        // They share the memory of the request's, and what does not fit would close the connection without a word.
        let size = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.headerBytes / 2 else {
            Diagnostics.log(
                .error,
                "\(route) was answered with 500: its headers of \(size) bytes cannot be sent; "
                    + "limits.headerBytes is \(limits.headerBytes), and half of it is for them")
            return .internalError
        }
        return response
    }

    /// The answer was sent, or the client is gone.
    func finished(_ exchange: Exchange, isWhole: Bool) {
        exchange.resolve(.close)
        guard exchange.plan.isScrape else { return }
        scrapes?.release(exchange)
        guard exchange.wasDispatched else { return }
        metrics.inFlight.add(-1)
        guard let answer = exchange.answer, answer.code > 0 else { return }
        metrics.scrapes[answer.code, answer.format].add(1)
        guard isWhole, answer.code == 200 else { return }
        let now = vitals_monotonic_nanoseconds()
        metrics.duration.record(Double(now &- exchange.began) / 1e9)
        if exchange.method != "HEAD", let response = answer.response {
            metrics.bytes[answer.format, answer.encoding].add(response.count)
        }
    }
}
