import Vitals
import VitalsTesting

// Records with every kind of instrument and prints what a reader sees.

var configuration = Configuration(service: "demo")
configuration.endpoint?.port = 0
let telemetry = try Telemetry.start(configuration)
defer { telemetry.shutdown() }
let reader = InMemoryReader(telemetry.configuration.metrics.registry)
let meter = telemetry.meter("demo.shop", version: "1.0.0")

let placed = meter.counter("orders.placed", unit: "{order}", description: "Orders accepted.")
let requests = meter.counter("http.requests", by: .string("method"), .string("route"), .int("status"))
let inFlight = meter.upDownCounter("orders.in_flight")
let depth = meter.gauge("queue.depth")
let latency = meter.histogram("order.duration", unit: .seconds, buckets: .latency)
let sizes = meter.histogram("order.size", unit: .bytes, buckets: .exponential())
let idle = meter.observableGauge("pool.idle") { $0.observe(7, ["pool": "db"]) }
let spent = meter.observableCounter("cpu.time", of: Double.self, unit: .seconds) { $0.observe(1.25) }
let users = meter.observableUpDownCounter("users.online") { $0.observe(42) }

for order in 0..<1000 {
    inFlight.add(1)
    placed.add(1, ["payment.method": order.isMultiple(of: 3) ? "cash" : "card"])
    requests["POST", "/orders", order.isMultiple(of: 50) ? 500 : 201].add(1)
    latency.time { sizes.record(200 + order * 17 % 4000) }
    latency.record(0.002 * Double(order % 100))
    depth.set(order % 10)
    if !order.isMultiple(of: 100) { inFlight.add(-1) }
}
placed.add(-1)

for metric in reader.collect().metrics {
    print("\(metric.name) (\(metric.kind)\(metric.unit == .none ? "" : ", \(metric.unit.symbol)"))")
    for point in metric.points { print("    \(point.attributes) \(text(point.value))") }
}

func text(_ value: CollectedPoint.Value) -> String {
    switch value {
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .histogram(let value): "count \(value.count), sum \(value.sum ?? 0), buckets \(value.buckets)"
    case .exponential(let value):
        "count \(value.count), sum \(value.sum ?? 0), scale \(value.scale), "
            + "\(value.positive.counts.count) buckets from \(value.positive.offset)"
    }
}
