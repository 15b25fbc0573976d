import Vitals

/// Stands for the world outside: sends so many requests a second, whether they are answered or not.
final class LoadGenerator: Sendable {
    /// What became of the requests.
    struct Result: Sendable, Equatable {
        var answered = 0
        /// Answered with a status of 500 or above.
        var failed = 0
        /// Without an answer.
        var unanswered = 0
        /// Not sent, because too many were under way.
        var skipped = 0
    }

    /// How many requests are under way at most: fewer than the shop takes, which would tell of the load, not of the shop.
    static let limit = ServiceEndpoint.mostRequests * 3 / 4

    private struct State {
        var result = Result()
        var underWay = 0
        var isStopping = false
    }

    private let address: String
    private let rate: Int
    private let seed: Int
    private let client: HTTPClient
    private let state = Locked(State())

    /// - Parameters:
    ///   - address: Where the shop is, such as `http://localhost:8080`.
    ///   - rate: Requests a second.
    init(_ address: String, rate: Int, seed: Int) throws {
        self.address = address
        self.rate = rate
        self.seed = seed
        client = try HTTPClient(limit: Self.limit)
    }

    var result: Result { state.withLock { $0.result } }

    /// Sends requests until it is told to stop, and waits for the answers of those under way.
    func run() async {
        var mix = LoadMix(seed: seed)
        let clock = ContinuousClock()
        let start = clock.now
        var pace = LoadPace(rate: rate)
        await withDiscardingTaskGroup { group in
            while !state.withLock({ $0.isStopping }) {
                for _ in 0..<pace.due(after: clock.now - start) {
                    let visit = mix.next()
                    if begin() { group.addTask { await self.send(visit) } }
                }
                do { try await clock.sleep(for: .milliseconds(5)) } catch { break }
            }
        }
    }

    /// Sends no further requests.
    func stop() {
        state.withLock { $0.isStopping = true }
    }

    /// Gives up the requests that are under way.
    func shutdown() {
        stop()
        client.shutdown()
    }

    private func begin() -> Bool {
        state.withLock { state in
            guard state.underWay < Self.limit else {
                state.result.skipped += 1
                return false
            }
            state.underWay += 1
            return true
        }
    }

    private func send(_ visit: LoadMix.Visit) async {
        let status: Int?
        do {
            status = try await client.send(HTTPRequest(method: visit.method, url: address + visit.path)).status
        } catch {
            status = nil
        }
        state.withLock { state in
            state.underWay -= 1
            switch status {
            case nil: state.result.unanswered += 1
            case .some(500...):
                state.result.answered += 1
                state.result.failed += 1
            case .some: state.result.answered += 1
            }
        }
    }
}
