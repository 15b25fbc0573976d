import Synchronization
import Vitals

/// Instruments of every kind, and what is recorded with them.
struct KnownValues: Sendable {
    private let orders: Counter<Int>
    private let sent: Counter<Double>
    private let inFlight: UpDownCounter<Int>
    private let balance: UpDownCounter<Double>
    private let depth: Gauge<Int>
    private let temperature: Gauge<Double>
    private let odd: Gauge<Double>
    private let duration: Histogram<Double>
    private let attempts: Histogram<Int>
    private let pages: Histogram<Double>
    private let size: Histogram<Double>
    private let drift: Histogram<Double>
    /// Whether measurements belong to a span now.
    private static let isTraced = Atomic(false)

    init(_ meter: Meter) {
        ExemplarSource.install {
            guard Self.isTraced.load(ordering: .relaxed) else { return nil }
            return ExemplarContext(
                traceID: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736), spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)
        }
        orders = meter.counter(
            "orders.placed", unit: "{order}", description: "Orders \"accepted\",\nwith a \\ in between.")
        sent = meter.counter("bytes.sent", of: Double.self, unit: .bytes)
        inFlight = meter.upDownCounter("orders.in_flight")
        balance = meter.upDownCounter("balance", of: Double.self)
        depth = meter.gauge("queue.depth", of: Int.self)
        temperature = meter.gauge("temperature", of: Double.self, unit: "Cel")
        odd = meter.gauge("odd.values", of: Double.self)
        duration = meter.histogram(
            "request.duration", unit: .seconds, description: "Time to answer.",
            buckets: .explicit([0.005, 0.1, 1, 2.5]))
        attempts = meter.histogram("attempts", of: Int.self, buckets: .explicit([1, 2, 5]))
        pages = meter.histogram("pages")
        size = meter.histogram("payload.size", unit: .bytes, buckets: .exponential())
        drift = meter.histogram("drift", buckets: .exponential(maxSize: 8))
        meter.observableCounter("cpu.time", of: Double.self, unit: .seconds) { $0.observe(12.5, ["mode": "user"]) }
        meter.observableCounter("pages.read") { $0.observe(1_000_000_007) }
        meter.observableUpDownCounter("pool.used") { $0.observe(-3, ["pool": "db"]) }
        meter.observableGauge("pool.idle") { $0.observe(7, ["pool": "db"]) }
    }

    /// Records; twice as much in counters and histograms if it is called twice.
    func record() {
        Self.isTraced.store(true, ordering: .relaxed)
        defer { Self.isTraced.store(false, ordering: .relaxed) }
        orders.add(41, ["payment.method": "card"])
        orders.add(1, ["payment.method": "cash"])
        orders.add(3, ["payment.method": "a \"quoted\"\nvalue with \\ and ünïcödé 🛒"])
        orders.add(
            5,
            [
                "text": "", "yes": true, "no": false, "int": -9_007_199_254_740_993, "double": 0.1,
                "texts": .strings(["a", "", "ü"]), "bools": .bools([true, false]), "ints": .ints([0, -1, .max]),
                "doubles": .doubles([-0.5, 1e300]), "nothing": .strings([]),
            ])
        sent.add(1_234_567.5)
        inFlight.add(-7)
        balance.add(-0.25)
        depth.set(12)
        temperature.set(-0.25)
        odd.set(.nan, ["which": "nan"])
        odd.set(.infinity, ["which": "+inf"])
        odd.set(-.infinity, ["which": "-inf"])
        odd.set(.greatestFiniteMagnitude, ["which": "greatest"])
        odd.set(.leastNonzeroMagnitude, ["which": "least"])
        odd.set(0, ["which": "zero"])
        for value in [0.001, 0.005, 0.05, 0.7, 1, 9] { duration.record(value, ["route": "/orders/{id}"]) }
        for value in [1, 2, 3, 8] { attempts.record(value) }
        for value in [0.0, 4, 10_000, 20_000] { pages.record(value) }
        for value in [0, 1, 2, 3, 100, 5000, 1_000_000] { size.record(Double(value), ["direction": "in"]) }
        for value in [-4.0, -1, 0, 1, 4, 16] { drift.record(value) }
    }
}
