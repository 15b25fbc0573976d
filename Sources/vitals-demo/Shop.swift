import Glibc
import Vitals

/// Records what a shop would.
struct Shop {
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

    init(_ meter: Meter) {
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
        let hasFailed = Double.random(in: 0..<1) < 0.02 + 0.02 * max(0, wave)
        requests[method, route, hasFailed ? 500 : 200].add(1)
        // Log-normal, as times are: slower at the crest of the wave, and much slower at the checkout.
        let noise = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5) }
        let middle = (route == "/checkout" ? 0.180 : 0.012) * (1.5 + wave)
        duration[method, route].record(middle * exp(noise))
        size.record(Int(exp(Double.random(in: 5...13))))
        if route == "/checkout", !hasFailed {
            orders[Self.methods[min(2, Int.random(in: 0..<7) / 3)]].add(1)
            revenue.add(Double(Int.random(in: 500...20_000)) / 100)
        }
        inFlight.add(tick % 40 < 20 ? 1 : -1)
        queue.set(max(0, (20 + 15 * wave + Double.random(in: -3...3)).rounded()))
        temperature.set((180 + 20 * wave).rounded() / 10)
    }

    /// Every measurement is in a span of its own: a stand-in for tracing.
    @Sendable static func span() -> ExemplarContext? {
        ExemplarContext(
            traceID: (UInt64.random(in: 1 ... .max), UInt64.random(in: 1 ... .max)),
            spanID: UInt64.random(in: 1 ... .max),
            flags: 1)
    }
}
