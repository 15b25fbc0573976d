import CVitals
import Glibc
package import VitalsMetrics

/// An HTTP server that shows a program's metrics: `/metrics` for Prometheus, `/` for people, `/healthz` and `/readyz` for
/// whoever runs it, and the program's own routes.
public final class Endpoint: Sendable {
    private struct State {
        var daemons: [Daemon] = []
        /// Daemons with former certificates, which serve their last connections until a time (monotonic nanoseconds).
        var retiring: [(daemon: Daemon, until: UInt64)] = []
        var certificates: CertificateFiles?
        var nextDaemon = 0
        var isShutDown = false
    }

    /// How it was configured.
    public let configuration: EndpointConfiguration
    /// The port it listens on.
    public let port: Int
    private let listener: Listener
    private let server: Server
    private let state = Locked(State())

    /// Starts to listen and serve.
    ///
    /// - Parameters:
    ///   - meter: What the endpoint reports its own work to.
    ///   - page: What `/` shows; nil leaves the path to the program.
    ///   - render: Renders scrapes.
    package init(
        _ configuration: EndpointConfiguration = EndpointConfiguration(), meter: Meter, page: EndpointPage? = nil,
        render: @escaping ScrapeRenderer
    ) throws(EndpointError) {
        self.configuration = configuration
        let metrics = EndpointMetrics(meter)
        let authenticator: Authenticator? =
            if let authentication = configuration.authentication {
                try Authenticator(authentication, metrics)
            } else { nil }
        var files = configuration.tls.map { CertificateFiles($0) }
        let certificates = try files?.read()
        let reload = Reload()
        server = Server(configuration, metrics, authenticator, page, render) { reload.run() }
        listener = try Listener.open(host: configuration.host, port: configuration.port)
        port = listener.port
        let read = files
        state.withLock { $0.certificates = read }
        guard serve(certificates) else {
            listener.close()
            throw .system(
                certificates == nil
                    ? "libmicrohttpd does not start" : "the certificate or the key is not what TLS can use")
        }
        let failure = server.queue.start()
        guard failure == 0 else {
            shutdown()
            throw .system("no thread for scrapes: \(String(cString: strerror(failure)))")
        }
        reload.set { [weak self] in self?.tick() }
    }

    deinit {
        shutdown()
    }

    /// Serves a route of the program: `endpoint.route("GET", "/orders/{id}") { request in .text("…") }`.
    ///
    /// A literal segment comes before a parameter; a HEAD is answered as a GET without the body.
    public func route(
        _ method: String, _ path: String, requiresAuthentication: Bool = false, _ handler: @escaping EndpointHandler
    ) throws(EndpointError) {
        let pattern = try RoutePattern(path)
        let isToken = !method.isEmpty && method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isToken else { throw .invalidRoute("\(method) \(path)", reason: "a method is a word, such as GET") }
        let route = RouteTable.Route(
            method: method.uppercased(), pattern: pattern, action: .own(handler),
            requiresAuthentication: requiresAuthentication)
        try server.routes.withLock { routes throws(EndpointError) in try routes.add(route) }
    }

    /// Adds to what `/readyz` asks: a check that throws, or takes too long, makes the program not ready.
    public func addReadinessCheck(_ name: String, _ check: @escaping @Sendable () async throws -> Void) {
        server.readiness.add(name, check)
    }

    /// Stops: scrapes that are being answered get their answers, but nothing is waited for longer than about two
    /// seconds. Safe to call twice.
    public func shutdown() {
        let daemons = state.withLock { state -> [Daemon]? in
            guard !state.isShutDown else { return nil }
            state.isShutDown = true
            defer {
                state.daemons = []
                state.retiring = []
            }
            return state.daemons + state.retiring.map(\.daemon)
        }
        guard let daemons else { return }
        for daemon in daemons { daemon.quiesce() }
        listener.close()
        let deadline = vitals_monotonic_nanoseconds() &+ 2_000_000_000
        server.drain(until: deadline, daemons: daemons.map(\.number))
        server.queue.stop(by: vitals_monotonic_nanoseconds() &+ 200_000_000)
        for daemon in daemons { daemon.stop() }
    }

    /// Starts a daemon for each socket. False if one does not start; then none is left.
    private func serve(_ certificates: Daemon.Certificates?) -> Bool {
        state.withLock { state in
            guard !state.isShutDown else { return true }
            var started: [Daemon] = []
            for descriptor in listener.descriptors {
                guard let daemon = Daemon(state.nextDaemon, on: descriptor, server, certificates) else {
                    for daemon in started { daemon.stop() }
                    return false
                }
                state.nextDaemon += 1
                started.append(daemon)
            }
            let until = vitals_monotonic_nanoseconds() &+ 30_000_000_000
            for daemon in state.daemons {
                daemon.quiesce()
                state.retiring.append((daemon, until))
            }
            state.daemons = started
            return true
        }
    }

    /// Takes up changed certificates, and ends daemons that have served their last connection.
    private func tick() {
        let files = state.withLock { $0.certificates }
        if var files, files.haveChanged() {
            do throws(EndpointError) {
                let isServed = serve(try files.read())
                if !isServed { throw .system("the certificate or the key is not what TLS can use") }
                server.metrics.reloads["success"].add(1)
            } catch {
                Diagnostics.log(.warning, "changed certificates are not used, the former ones stay: \(error)")
                server.metrics.reloads["failure"].add(1)
            }
            let read = files
            state.withLock { $0.certificates = read }
        }
        let now = vitals_monotonic_nanoseconds()
        let over = state.withLock { state in
            let over = state.retiring.filter {
                let count = server.connections.count(of: $0.daemon.number, onlyBusy: true)
                return count == 0
                    && (now >= $0.until || server.connections.count(of: $0.daemon.number, onlyBusy: false) == 0)
            }
            state.retiring.removeAll { retiring in over.contains { $0.daemon === retiring.daemon } }
            return over.map(\.daemon)
        }
        for daemon in over { daemon.stop() }
    }
}

/// Leads from the endpoint's thread to the endpoint, which is not there yet when the thread's work is described.
private final class Reload: Sendable {
    private let body = Locked<(@Sendable () -> Void)?>(nil)

    func set(_ body: @escaping @Sendable () -> Void) {
        self.body.withLock { $0 = body }
    }

    func run() {
        body.withLock { $0 }?()
    }
}
