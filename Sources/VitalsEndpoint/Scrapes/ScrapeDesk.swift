import CVitals
import VitalsMetrics

/// Takes scrapes in, renders what several want alike once, and gives each its answer.
final class ScrapeDesk: Sendable {
    struct Job: Sendable {
        let exchange: Exchange
        let request: ScrapeRequest
        /// When callbacks must have come back.
        let deadline: UInt64?
    }

    private struct State: Sendable {
        var waiting: [Job] = []
        /// Those that have a slot, until their answer is sent.
        var holders: [ObjectIdentifier: Exchange] = [:]
        var isStopping = false
    }

    private let limit: Int
    private let render: ScrapeRenderer
    private let table: ConnectionTable
    private let metrics: EndpointMetrics
    private let state = Waitable(State())

    init(limit: Int, table: ConnectionTable, metrics: EndpointMetrics, render: @escaping ScrapeRenderer) {
        self.limit = limit
        self.table = table
        self.metrics = metrics
        self.render = render
    }

    /// How many have a slot.
    var inFlight: Int { state.update { $0.holders.count } ?? 0 }

    /// Takes a slot for an exchange; false if there is none.
    func reserve(_ exchange: Exchange) -> Bool {
        if tryReserve(exchange) { return true }
        return makeRoom() && tryReserve(exchange)
    }

    private func tryReserve(_ exchange: Exchange) -> Bool {
        state.update { state in
            guard state.holders.count < limit, !state.isStopping else { return false }
            state.holders[ObjectIdentifier(exchange)] = exchange
            return true
        } ?? false
    }

    /// Takes slots back from clients that went away, or else from the one that fetches its answer slowest.
    private func makeRoom() -> Bool {
        let holders = state.update { Array($0.holders.values) } ?? []
        let gone = holders.filter { table.hasHungUp($0.connection) }
        for exchange in gone {
            release(exchange)
            if exchange.resolve(.close) { metrics.reject("client_gone") }
        }
        if !gone.isEmpty { return true }
        let now = vitals_monotonic_nanoseconds()
        guard let slowest = table.cutSlowest(of: holders.map(\.connection), at: now) else { return false }
        metrics.reject("slow_reader")
        for exchange in holders where exchange.connection === slowest { release(exchange) }
        return true
    }

    /// Gives the slot of an exchange back; it need not have one.
    func release(_ exchange: Exchange) {
        _ = state.update { state in
            state.holders[ObjectIdentifier(exchange)] = nil
            state.waiting.removeAll { $0.exchange === exchange }
        }
    }

    /// Queues a scrape that has a slot.
    func enqueue(_ job: Job) {
        _ = state.update { $0.waiting.append(job) }
    }

    /// Lets the thread end when nobody waits any more.
    func stop() {
        _ = state.update { $0.isStopping = true }
    }

    /// The body of the thread.
    func run() {
        while true {
            let longest = vitals_monotonic_nanoseconds() &+ 3_600_000_000_000
            _ = state.wait(until: longest) { !$0.waiting.isEmpty || $0.isStopping }
            let jobs = state.update { state -> [Job]? in
                guard let first = state.waiting.first else { return state.isStopping ? nil : [] }
                let alike = state.waiting.filter { $0.request == first.request }
                state.waiting.removeAll { $0.request == first.request }
                return alike
            }
            guard let jobs = jobs ?? nil else { return }
            answer(jobs)
        }
    }

    private func answer(_ jobs: [Job]) {
        let now = vitals_monotonic_nanoseconds()
        let late = jobs.filter { job in job.deadline.map { $0 <= now } ?? false }
        for job in late {
            metrics.reject("deadline")
            job.exchange.resolve(.busy("nothing is left of the scrape timeout: other scrapes took it"))
        }
        let inTime = jobs.filter { job in job.deadline.map { $0 > now } ?? true }
        guard let request = inTime.first?.request else { return }
        let left = inTime.compactMap(\.deadline).min().map { Duration.nanoseconds(Int64(clamping: $0 - now)) }
        let answer = rendered(request, left)
        for job in inTime { job.exchange.resolve(answer) }
    }

    private func rendered(_ request: ScrapeRequest, _ timeout: Duration?) -> Answer {
        do {
            let made = try render(request, timeout)
            var headers = [(name: "Content-Type", value: made.contentType), ("Vary", "Accept, Accept-Encoding")]
            if let encoding = made.contentEncoding { headers.append(("Content-Encoding", encoding)) }
            return Answer(
                code: 200, response: PreparedResponse(made.body, headers: headers), format: made.format,
                encoding: made.contentEncoding ?? "identity")
        } catch {
            Diagnostics.log(.error, "a scrape was answered with 500: \(error)")
            return .text(500, "the metrics could not be rendered; the log of the program says why")
        }
    }
}
