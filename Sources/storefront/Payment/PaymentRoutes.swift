import Vitals

/// The API of the payment service, which takes everybody's money, and sometimes its time.
struct PaymentRoutes: Sendable {
    private let faults: Faults
    private let dice: Dice
    private let payments: CounterFamily<Int, (String, String)>
    private let tracer: Tracer

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
        if dice.happens(faults.slow) { await dawdle() }
        if dice.happens(faults.failing) {
            payments[method, "failed"].add(1)
            return .json("{\"error\":\"the bank does not answer\"}\n", status: 503)
        }
        let isDeclined = tracer.withSpan("authorise payment") { span in
            // Of the key, so that a request that is repeated is answered as before.
            let isDeclined = dice.happens(faults.declined, for: request.header("Idempotency-Key") ?? "")
            if span.isRecording { span["payment.declined"] = .bool(isDeclined) }
            return isDeclined
        }
        payments[method, isDeclined ? "declined" : "accepted"].add(1)
        return isDeclined
            ? .json("{\"error\":\"declined\"}\n", status: 402) : .json("{\"status\":\"accepted\"}\n", status: 201)
    }

    /// Takes one to two and a half seconds, unless nobody waits for it any more.
    private func dawdle() async {
        let span = tracer.startSpan("wait for the bank")
        defer { span.end() }
        do {
            try await Task.sleep(for: .milliseconds(dice.roll(1000...2500)))
        } catch {
            span.addEvent("nobody waits any more")
        }
    }
}
