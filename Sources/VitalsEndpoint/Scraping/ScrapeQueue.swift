import CVitals
import VitalsMetrics

/// Renders scrapes one after the other on a thread of its own. Those that ask for the same thing while it is busy share
/// the next rendering.
final class ScrapeQueue: Sendable {
    private struct Job: Sendable {
        let exchange: Exchange
        let request: ScrapeRequest
        /// When the scraper has to have its answer, monotonic nanoseconds; nil if it did not say.
        let deadline: UInt64?
    }

    private struct State: Sendable {
        var jobs: [Job] = []
        /// What else the thread has to do, such as checking a password; after the scrapes.
        var chores: [@Sendable () -> Void] = []
        /// Scrapes that wait or are being rendered.
        var open = 0
        var isStopping = false
        var isOver = false
    }

    private static let mostChores = 8
    private static let second: UInt64 = 1_000_000_000

    private let render: ScrapeRenderer
    private let limits: EndpointLimits
    private let connections: ConnectionTable
    private let metrics: EndpointMetrics
    /// Called about once a second.
    private let tick: @Sendable () -> Void
    private let state = Waitable(State())

    init(
        _ render: @escaping ScrapeRenderer, _ limits: EndpointLimits, _ connections: ConnectionTable,
        _ metrics: EndpointMetrics, tick: @escaping @Sendable () -> Void
    ) {
        self.render = render
        self.limits = limits
        self.connections = connections
        self.metrics = metrics
        self.tick = tick
    }

    /// Starts the thread. Returns an error number, or 0.
    func start() -> Int32 {
        let box = Unmanaged.passRetained(self)
        let failure = vitals_thread_start(
            { pointer in
                let queue = Unmanaged<ScrapeQueue>.fromOpaque(pointer).takeRetainedValue()
                queue.work()
            }, box.toOpaque(), "vitals-scrape")
        if failure != 0 { box.release() }
        return failure
    }

    /// Ends the thread once it is done with what it is at, but does not wait beyond `deadline`.
    func stop(by deadline: UInt64) {
        let left = state.update { state in
            state.isStopping = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in left ?? [] { finish(job, .busy("shutting down"), format: "none") }
        _ = state.wait(until: deadline) { $0.isOver }
    }

    /// Takes a scrape, or says why not.
    func add(_ exchange: Exchange, _ request: ScrapeRequest, timeout: Duration?) -> Answer? {
        let sending = connections.sendingScrapes()
        let job = Job(
            exchange: exchange, request: request,
            deadline: timeout.map { exchange.arrived &+ Self.withoutMargin($0.wholeNanoseconds) })
        let isTaken = state.update { state in
            guard !state.isStopping, state.open < limits.scrapes else { return false }
            // Who reads slowly gives way, or is waited for.
            guard state.open + sending < limits.scrapes || connections.cutSlowestScrape() else { return false }
            state.open += 1
            state.jobs.append(job)
            return true
        }
        if isTaken == true {
            metrics.inFlight.add(1)
            return nil
        }
        metrics.reject(.scrapes)
        return .busy("\(limits.scrapes) scrapes are being answered already")
    }

    /// Takes something else to do. False if there is too much already.
    func add(chore: @escaping @Sendable () -> Void) -> Bool {
        state.update { state in
            guard !state.isStopping, state.chores.count < Self.mostChores else { return false }
            state.chores.append(chore)
            return true
        } ?? false
    }

    /// A tenth of the time, at most half a second, is for rendering and the way.
    private static func withoutMargin(_ timeout: UInt64) -> UInt64 {
        timeout - min(timeout / 10, second / 2)
    }

    private func work() {
        var nextTick = vitals_monotonic_nanoseconds() &+ Self.second
        while true {
            _ = state.wait(until: nextTick) { !$0.jobs.isEmpty || !$0.chores.isEmpty || $0.isStopping }
            let (jobs, chore, isStopping) =
                state.update { state -> ([Job], (@Sendable () -> Void)?, Bool) in
                    guard let first = state.jobs.first?.request else {
                        let chore = state.chores.isEmpty ? nil : state.chores.removeFirst()
                        return ([], chore, state.isStopping)
                    }
                    let jobs = state.jobs.filter { $0.request == first }
                    state.jobs.removeAll { $0.request == first }
                    return (jobs, nil, state.isStopping)
                } ?? ([], nil, true)
            answer(jobs)
            chore?()
            if isStopping, jobs.isEmpty, chore == nil { break }
            if vitals_monotonic_nanoseconds() >= nextTick {
                tick()
                nextTick = vitals_monotonic_nanoseconds() &+ Self.second
            }
        }
        _ = state.update { $0.isOver = true }
    }

    /// Answers scrapes that ask for the same thing with one rendering.
    private func answer(_ jobs: [Job]) {
        guard let request = jobs.first?.request else { return }
        let now = vitals_monotonic_nanoseconds()
        var open: [Job] = []
        for job in jobs {
            if let deadline = job.deadline, deadline <= now {
                metrics.reject(.scrapeTimeout)
                finish(job, .busy("the scrape waited longer than its timeout"), format: "none")
            } else {
                open.append(job)
            }
        }
        guard !open.isEmpty else { return }
        let deadline = open.compactMap(\.deadline).min()
        do {
            let response = try render(request, deadline.map { .nanoseconds(Int64(clamping: $0 - now)) })
            let count = response.body.bytes.count
            var headers = [("Content-Type", response.contentType), ("Vary", "Accept, Accept-Encoding")]
            if let encoding = response.contentEncoding { headers.append(("Content-Encoding", encoding)) }
            let answer = Answer(status: 200, headers: headers, content: .shared(response.body))
            for job in open {
                metrics.bytes[response.format, response.contentEncoding ?? "identity"].add(count)
                finish(job, answer, format: response.format)
            }
        } catch {
            Diagnostics.log(.error, "a scrape was answered with 500: \(error)")
            for job in open { finish(job, .text(500, "the metrics cannot be rendered: \(error)"), format: "none") }
        }
    }

    private func finish(_ job: Job, _ answer: Answer, format: String) {
        _ = state.update { $0.open -= 1 }
        metrics.inFlight.add(-1)
        metrics.scrapes[answer.status, format].add(1)
        metrics.duration.record(Double(vitals_monotonic_nanoseconds() &- job.exchange.arrived) / 1e9)
        job.exchange.finish(answer)
    }
}
