import Vitals

/// The API of the payment service, which takes everybody's money, and sometimes its time.
///
/// A request that is repeated with its idempotency key is answered as before, and charged once, also if nobody waited for
/// the first answer. A failure is no answer: it charges nothing, and may be repeated.
final class PaymentRoutes: Sendable {
    private static let memory = 10_000

    private let faults: Faults
    private let dice: Dice
    private let payments: CounterFamily<Int, (String, String)>
    private let tracer: Tracer
    /// By idempotency key, whether a payment was declined.
    private let answers = Locked(BoundedCache<String, Bool>(capacity: memory))

    init(_ options: PaymentOptions, meter: Meter, tracer: Tracer) {
        faults = options.faults
        dice = Dice(seed: options.seed)
        payments = meter.counter(
            "payments", unit: "{payment}", description: "Payments, by what came of them.",
            by: .string("payment.method"), .string("payment.outcome"))
        self.tracer = tracer
    }

    /// Adds the routes to an endpoint; each request is measured by `telemetry`.
    func add(to endpoint: Endpoint, _ telemetry: HTTPServerTelemetry) throws {
        try endpoint.route("GET", "/health", with: telemetry) { _ in .json("{\"status\":\"ok\"}\n") }
        try endpoint.route("POST", "/payments", with: telemetry, pay)
    }

    @Sendable private func pay(_ request: EndpointRequest) async throws -> EndpointResponse {
        guard let fields = Fields(request.body), let amount: Int64 = fields.number("amount"), amount > 0,
            let method = fields["method"], ["card", "paypal", "invoice"].contains(method)
        else { return .json("{\"error\":\"a payment has an amount and a method\"}\n", status: 400) }
        let key = request.header("Idempotency-Key")
        if let key, let isDeclined = answers.withLock({ $0[key] }) { return answer(isDeclined) }
        if dice.happens(faults.slow) { await dawdle() }
        if dice.happens(faults.failing) {
            payments[method, "failed"].add(1)
            return .json("{\"error\":\"the bank does not answer\"}\n", status: 503)
        }
        let (isDeclined, isNew) = tracer.withSpan("authorise payment") { span in
            let decision = decide(key)
            if span.isRecording { span["payment.declined"] = .bool(decision.isDeclined) }
            return decision
        }
        if isNew { payments[method, isDeclined ? "declined" : "accepted"].add(1) }
        return answer(isDeclined)
    }

    /// The first of several requests with the same key decides.
    private func decide(_ key: String?) -> (isDeclined: Bool, isNew: Bool) {
        let isDeclined = dice.happens(faults.declined, for: key ?? "")
        guard let key else { return (isDeclined, true) }
        return answers.withLock { answers in
            if let known = answers[key] { return (known, false) }
            answers.put(isDeclined, for: key)
            return (isDeclined, true)
        }
    }

    private func answer(_ isDeclined: Bool) -> EndpointResponse {
        isDeclined
            ? .json("{\"error\":\"declined\"}\n", status: 402) : .json("{\"status\":\"accepted\"}\n", status: 201)
    }

    /// Takes one to two and a half seconds; less if the endpoint gives the request up. The payment goes on all the same.
    private func dawdle() async {
        let span = tracer.startSpan("wait for the bank")
        defer { span.end() }
        do {
            try await Task.sleep(for: .milliseconds(dice.roll(1000...2500)))
        } catch {
            span.addEvent("given up")
        }
    }
}
