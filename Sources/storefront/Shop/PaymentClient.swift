import Vitals

/// Charges customers through the payment service.
struct PaymentClient: Sendable {
    enum Answer: Sendable, Equatable {
        case accepted
        case declined
    }

    /// How long it may take, and how often it is tried.
    struct Patience: Sendable {
        var timeout = Duration.seconds(2)
        var attempts = 3
        var pause = Duration.milliseconds(100)
        /// For all attempts together. The last one is late enough to hear what became of the first.
        var total = Duration.seconds(5)
    }

    private let url: String
    private let client: HTTPClient
    private let api: ExternalAPITelemetry
    private let http: HTTPClientTelemetry
    private let patience: Patience

    /// - Parameter address: Where the service is, such as `http://localhost:8081`.
    init(
        _ address: String, client: HTTPClient, api: ExternalAPITelemetry, http: HTTPClientTelemetry,
        patience: Patience = Patience()
    ) {
        url = "\(address)/payments"
        self.client = client
        self.api = api
        self.http = http
        self.patience = patience
    }

    /// One call, whatever it takes: attempts that fail in passing are repeated, and the service knows by `key` that they
    /// are the same payment, so it charges once. Where this throws nobody knows whether it has.
    func charge(key: String, cents: Int64, method: String) async throws -> Answer {
        let body = Fields.bytes(["amount": "\(cents)", "currency": "EUR", "method": method])
        return try await api.call("Charge") { _ in
            var last: any Error = PaymentUnavailable(reason: "it was not tried")
            let deadline = Deadline(after: patience.total)
            for attempt in 0..<patience.attempts {
                if attempt > 0 { try await Task.sleep(for: patience.pause * attempt) }
                guard !deadline.isOver else { break }
                do {
                    let response = try await send(key, body, attempt, timeout: min(patience.timeout, deadline.left))
                    switch response.status {
                    case 201: return .accepted
                    case 402: return .declined
                    case 503: last = PaymentUnavailable(reason: "it answers 503")
                    case let status: throw PaymentUnavailable(reason: "it answers \(status)")
                    }
                } catch let error as ClientStopped {
                    throw PaymentUnavailable(reason: "\(error)")
                } catch let error as any HTTPClientError {
                    last = PaymentUnavailable(reason: "\(error)")
                }
            }
            throw last
        }
    }

    private func send(_ key: String, _ body: [UInt8], _ attempt: Int, timeout: Duration) async throws -> HTTPResponse {
        let request = HTTPClientRequest(
            method: "POST", url: url, template: "/payments",
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Idempotency-Key", key)],
            bodySize: body.count, resendCount: attempt)
        return try await http.attempt(request) { headers in
            try await client.send(
                HTTPRequest(method: "POST", url: url, headers: headers, body: body, timeout: timeout))
        } answer: { response in
            HTTPAnswer(status: response.status, bodySize: response.body.count)
        }
    }
}

/// The payment service does not do its work.
struct PaymentUnavailable: Error, CustomStringConvertible {
    let reason: String

    var description: String { "the payment service is not available: \(reason)" }
}
