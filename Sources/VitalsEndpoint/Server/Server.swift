import CVitals
import VitalsMetrics

/// Everything behind an endpoint, shared by its threads.
final class Server: Sendable {
    struct Page: Sendable {
        let response: PreparedResponse?
    }

    private struct State {
        var port = 0
        var daemon: HTTPDaemon?
        /// Those that only finish what they began, and until when.
        var retired: [(daemon: HTTPDaemon, until: UInt64)] = []
        var acceptor: Acceptor?
        var workers: [Worker] = []
        var tlsFiles: [WatchedFile] = []
        var isStopping = false
        var hasStarted = false
    }

    let configuration: EndpointConfiguration
    let limits: EndpointLimits
    let metrics: EndpointMetrics
    let table: ConnectionTable
    let routes: RouteTable
    let readiness: Readiness
    /// Nil where there are no metrics to scrape.
    let scrapes: ScrapeDesk?
    let page: Page?
    /// What is there without a route of the application's.
    let ownPaths: [String]
    let credentials: Credentials?
    let passwords: PasswordDesk?
    let running = Locked(0)
    private let state = Locked(State())
    /// Becomes true when nothing of it is left.
    private let hasStopped = Waitable(false)
    private static let drain: UInt64 = 30_000_000_000

    init(
        _ configuration: EndpointConfiguration, meter: Meter, page: Page?, render: ScrapeRenderer?
    ) throws(EndpointError) {
        self.configuration = configuration
        limits = configuration.limits.sane
        metrics = EndpointMetrics(meter)
        table = ConnectionTable(limits)
        ownPaths = (render == nil ? [] : ["/metrics"]) + ["/healthz", "/readyz"] + (page == nil ? [] : ["/"])
        routes = RouteTable(reserved: ownPaths)
        readiness = Readiness(timeout: limits.readinessTimeout)
        scrapes = render.map { [limits, table, metrics] render in
            ScrapeDesk(limit: limits.scrapes, table: table, metrics: metrics, render: render)
        }
        self.page = page
        if let authentication = configuration.authentication {
            let credentials = try Credentials(authentication)
            self.credentials = credentials
            passwords = credentials.hasPasswords ? PasswordDesk(credentials) : nil
        } else {
            credentials = nil
            passwords = nil
        }
    }

    var port: Int { state.withLock { $0.port } }
    /// The one that takes new connections.
    var daemon: HTTPDaemon? { state.withLock { $0.daemon } }

    /// Opens the port and starts the threads; leaves nothing behind if that fails.
    func start() throws(EndpointError) {
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted && !state.isStopping
        }
        guard isFirst else { throw .alreadyStarted }
        let (files, material) = try readTLS()
        let listeners = try Listeners(host: configuration.host, port: configuration.port)
        guard let daemon = HTTPDaemon(self, material: material) else {
            listeners.close()
            throw .cannotStart(reason: "no thread, memory or descriptor for it")
        }
        guard let acceptor = Acceptor(listeners) else {
            listeners.close()
            daemon.stop()
            throw .cannotStart(reason: "no descriptor for it")
        }
        state.withLock { state in
            state.tlsFiles = files
            state.daemon = daemon
            state.acceptor = acceptor
            state.port = listeners.port
        }
        var workers: [Worker?] = []
        if let scrapes { workers.append(Worker("vitals-scrape") { scrapes.run() }) }
        if let passwords { workers.append(Worker("vitals-login") { passwords.run() }) }
        workers.append(Worker("vitals-accept") { [self] in acceptor.run(self) })
        state.withLock { $0.workers = workers.compactMap { $0 } }
        guard workers.allSatisfy({ $0 != nil }) else {
            if workers.last.flatMap({ $0 }) == nil { listeners.close() }
            shutdown(timeout: .zero)
            throw .cannotStart(reason: "no thread for it")
        }
    }

    private func readTLS() throws(EndpointError) -> ([WatchedFile], TLSMaterial?) {
        guard let tls = configuration.tls else { return ([], nil) }
        var files = [tls.certificateFile, tls.keyFile].map { WatchedFile($0) }
        if let path = tls.clientAuthorityFile { files.append(WatchedFile(path)) }
        for index in files.indices { _ = files[index].hasChanged() }
        return (files, try TLSMaterial(tls))
    }

    /// What is due twice a second. Called by one thread.
    func tick(_ now: UInt64) {
        readiness.tick(now)
        let retired = state.withLock { $0.retired }
        let isRetired: (HTTPDaemon) -> Bool = { daemon in retired.contains { $0.daemon === daemon } }
        for reason in table.sweep(at: now, isRetired: isRetired) { metrics.reject(reason) }
        for exchange in retired.flatMap(\.daemon.suspended) + (daemon?.suspended ?? [])
        where now > exchange.began && now - exchange.began > limits.answerTimeout.nanoseconds {
            if exchange.resolve(.busy("no answer was found in time")) { metrics.reject("answer_timeout") }
        }
        for (daemon, until) in retired where now > until || !table.hasConnections(of: daemon) {
            // Whoever takes it out stops it: a shutdown may be under way.
            let isOurs = state.withLock { state in
                let before = state.retired.count
                state.retired.removeAll { $0.daemon === daemon }
                return state.retired.count < before
            }
            if isOurs { daemon.stop() }
        }
        refreshFiles(now)
    }

    private func refreshFiles(_ now: UInt64) {
        for outcome in credentials?.refresh() ?? [] { tell(outcome) }
        let hasChanged = state.withLock { state in
            var hasChanged = false
            for index in state.tlsFiles.indices where state.tlsFiles[index].hasChanged() { hasChanged = true }
            return hasChanged
        }
        guard hasChanged, let tls = configuration.tls else { return }
        tell(
            Result { () throws(EndpointError) in
                guard let new = HTTPDaemon(self, material: try TLSMaterial(tls)) else {
                    throw .cannotStart(reason: "no thread, memory or descriptor for the new certificate")
                }
                let isTaken = state.withLock { state in
                    guard !state.isStopping, let old = state.daemon else { return false }
                    state.retired.append((old, now &+ Self.drain))
                    state.daemon = new
                    return true
                }
                if !isTaken { new.stop() }
                return tls.certificateFile
            })
    }

    private func tell(_ outcome: Result<String, EndpointError>) {
        switch outcome {
        case .success(let path):
            metrics.reloads["ok"].add(1)
            Diagnostics.log(.info, "the endpoint read '\(path)' again")
        case .failure(let error):
            metrics.reloads["failed"].add(1)
            Diagnostics.log(.error, "the endpoint keeps what it read before: \(error)")
        }
    }

    /// Closes the port, gives what is under way `timeout` to finish, and ends every thread and connection.
    func shutdown(timeout: Duration) {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        let (isFirst, acceptor) = state.withLock { state in
            defer { state.isStopping = true }
            return (!state.isStopping, state.acceptor)
        }
        guard isFirst else {
            _ = hasStopped.wait(until: deadline &+ 5_000_000_000) { $0 }
            return
        }
        acceptor?.stop()
        while vitals_monotonic_nanoseconds() < deadline, isBusy { vitals_sleep(2_000_000) }
        let (daemons, workers) = state.withLock { state in
            defer {
                state.daemon = nil
                state.retired = []
                state.acceptor = nil
                state.workers = []
            }
            return ([state.daemon].compactMap { $0 } + state.retired.map(\.daemon), state.workers)
        }
        for daemon in daemons { daemon.close() }
        // Those who were just told that it stops may read it.
        let farewell = vitals_monotonic_nanoseconds() &+ 200_000_000
        while vitals_monotonic_nanoseconds() < farewell, table.isAnswering { vitals_sleep(1_000_000) }
        scrapes?.stop()
        passwords?.stop()
        for daemon in daemons { daemon.stop() }
        let last = vitals_monotonic_nanoseconds() &+ 1_000_000_000
        if !workers.allSatisfy({ $0.join(until: last) }) {
            Diagnostics.log(.warning, "a thread of the endpoint is still rendering; it ends when that returns")
        }
        routes.forget()
        readiness.forget()
        _ = hasStopped.update { $0 = true }
    }

    private var isBusy: Bool {
        (scrapes?.inFlight ?? 0) > 0 || running.withLock { $0 } > 0 || table.isAnswering
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }
}
