import Glibc
import Vitals

/// Records what a shop would, each request in a span.
struct Shop {
    private let tracer: Tracer
    private let requests: CounterFamily<Int, (String, String, Int)>
    private let duration: HistogramFamily<Double, (String, String)>
    private let orders: CounterFamily<Int, String>
    private let revenue: Counter<Double>
    private let size: Histogram<Int>
    private let inFlight: UpDownCounter<Int>
    private let queue: Gauge<Double>
    private let temperature: Gauge<Double>

    private static let routes = ["/", "/products/{id}", "/cart", "/checkout"]
    private static let methods = ["card", "cash", "voucher"]

    init(_ meter: Meter, _ tracer: Tracer) {
        self.tracer = tracer
        requests = meter.counter(
            "http.server.requests", unit: "{request}", description: "Requests answered.", by: .string("method"),
            .string("route"), .int("status"))
        duration = meter.histogram(
            "http.server.request.duration", unit: .seconds, description: "Time to answer a request.",
            buckets: .latency, by: .string("method"), .string("route"))
        orders = meter.counter(
            "orders.placed", unit: "{order}", description: "Orders accepted.", by: .string("payment.method"))
        revenue = meter.counter("revenue", of: Double.self, unit: "EUR", description: "What customers paid.")
        size = meter.histogram(
            "http.server.response.body.size", of: Int.self, unit: .bytes, description: "Bytes of responses.",
            buckets: .exponential())
        inFlight = meter.upDownCounter(
            "http.server.active_requests", unit: "{request}", description: "Requests being answered.")
        queue = meter.gauge("shipping.queue.depth", unit: "{order}", description: "Orders that wait for a parcel.")
        temperature = meter.gauge(
            "warehouse.temperature", of: Double.self, unit: "Cel", description: "How warm it is among the shelves.")
        let start = time(nil)
        _ = meter.observableGauge("process.uptime", unit: .seconds, description: "Time since the start.") {
            $0.observe(Double(time(nil) - start))
        }
    }

    /// One tick of the shop's life.
    func work(_ tick: Int) {
        let wave = sin(Double(tick) / 400)
        let route = Int.random(in: 0..<10) < 6 ? Self.routes[1] : Self.routes.randomElement() ?? "/"
        let method = route == "/checkout" ? "POST" : "GET"
        // Log-normal, as times are: slower at the crest of the wave, and much slower at the checkout.
        let noise = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5) }
        let took = (route == "/checkout" ? 0.180 : 0.012) * (1.5 + wave) * exp(noise)
        answer(method, route, took, hasFailed: Double.random(in: 0..<1) < 0.02 + 0.02 * max(0, wave))
        inFlight.add(tick % 40 < 20 ? 1 : -1)
        queue.set(max(0, (20 + 15 * wave + Double.random(in: -3...3)).rounded()))
        temperature.set((180 + 20 * wave).rounded() / 10)
    }

    /// A request, which took so long until now, and what it did meanwhile.
    private func answer(_ method: String, _ route: String, _ took: Double, hasFailed: Bool) {
        let end = now()
        let start = end - UInt64(took * 1e9)
        let status = hasFailed ? 500 : 200
        let span = tracer.startSpan(
            "\(method) \(route)", kind: .server,
            attributes: ["http.request.method": .string(method), "http.route": .string(route)], at: start)
        withContext(span.context) {
            requests[method, route, status].add(1)
            duration[method, route].record(took)
            size.record(Int(exp(Double.random(in: 5...13))))
            query(route, from: start + (end - start) / 10, to: start + (end - start) / 2, hasFailed: hasFailed)
            if route == "/checkout", !hasFailed { place(at: end) }
        }
        span["http.response.status_code"] = .int(status)
        if hasFailed { span.setStatus(.error("\(status)")) }
        span.end(at: end)
    }

    private func query(_ route: String, from start: UInt64, to end: UInt64, hasFailed: Bool) {
        let span = tracer.startSpan(
            route == "/checkout" ? "INSERT orders" : "SELECT products", kind: .client,
            attributes: ["db.system.name": "postgresql"], at: start)
        if hasFailed { span.setStatus(.error("out of stock")) }
        span.end(at: end)
    }

    private func place(at time: UInt64) {
        let method = Self.methods[min(2, Int.random(in: 0..<7) / 3)]
        Span.current.addEvent("placed", attributes: ["payment.method": .string(method)], at: time)
        orders[method].add(1)
        revenue.add(Double(Int.random(in: 500...20_000)) / 100)
    }

    private func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
