import CCurl
import VitalsMetrics

/// A small HTTP client: one thread drives all requests, and connections are kept for later ones.
final class HTTPClient: Sendable {
    /// The bytes of a body that are accepted.
    static let mostBytes = 1 << 20

    private let thread: ClientThread

    /// - Parameter limit: How many requests may be under way; each may need a connection.
    init(limit: Int) throws(ClientUnavailable) {
        let problem =
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
                guard let start = reason.baseAddress else { return "no memory" }
                return vitals_curl_load(start, reason.count) ? nil : String(cString: start)
            } as String?
        if let problem { throw ClientUnavailable(reason: problem) }
        thread = try ClientThread(limit: limit)
    }

    deinit {
        thread.stop()
    }

    /// Sends a request and waits for its answer. A task that is cancelled waits no longer.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let call = ClientCall(request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                call.begin(continuation)
                thread.submit(call)
            }
        } onCancel: {
            call.finish(.failure(CancellationError()))
            thread.forget()
        }
    }

    /// Fails what is under way, and all later requests.
    func shutdown() {
        thread.stop()
    }
}
