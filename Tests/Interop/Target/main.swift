import Glibc
import Vitals

// Something to scrape, for software that we did not write: every kind of instrument, with values that the tests know.
// Prints its port, and ends when its standard input does.

let span = ExemplarContext(
    traceID: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736), spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)
let arguments = CommandLine.arguments.dropFirst()
let isTroubled = arguments.contains("trouble")
if !isTroubled { ExemplarSource.install { span } }
var configuration = Configuration(service: "interop", version: "1.2.3", environment: "test")
configuration.endpoint?.port = 0
configuration.prometheus.hasCreatedSamples = arguments.contains("created")
if arguments.contains("utf8") { configuration.prometheus.translation = .noTranslation }
if arguments.contains("load") { configuration.limits.cardinality = 20_000 }
if isTroubled { Trouble.configure(&configuration) }

let telemetry = try Telemetry.start(configuration)
let meter = telemetry.meter("interop.shop", version: "1.0")

let orders = meter.counter("orders.placed", unit: "{order}", description: "Orders \"accepted\",\nwith a \\ in between.")
orders.add(41, ["payment.method": "card"])
orders.add(1, ["payment.method": "cash"])
orders.add(3, ["payment.method": "a \"quoted\"\nvalue with \\ and ünïcödé 🛒"])
meter.counter("bytes.sent", of: Double.self, unit: .bytes).add(1_234_567.5)
meter.upDownCounter("orders.in_flight").add(-7)
meter.gauge("queue.depth").set(12)
meter.gauge("temperature", of: Double.self, unit: "Cel").set(-0.25)
let odd = meter.gauge("odd.values", of: Double.self)
odd.set(.nan, ["which": "nan"])
odd.set(.infinity, ["which": "+inf"])
odd.set(-.infinity, ["which": "-inf"])
odd.set(.greatestFiniteMagnitude, ["which": "greatest"])
odd.set(.leastNonzeroMagnitude, ["which": "least"])

let classic = meter.histogram(
    "request.duration", unit: .seconds, description: "Time to answer.", buckets: .explicit([0.005, 0.1, 1, 2.5]))
for value in [0.001, 0.005, 0.05, 0.7, 1, 9] { classic.record(value, ["route": "/orders/{id}"]) }
let native = meter.histogram("payload.size", unit: .bytes, buckets: .exponential())
for value in [0, 1, 2, 3, 100, 5000, 1_000_000] { native.record(Double(value), ["direction": "in"]) }
_ = meter.observableGauge("pool.idle") { $0.observe(7, ["pool": "db"]) }

// Enough for a scrape to be work.
if arguments.contains("load") {
    let family = meter.counter("load", by: .string("route"), .string("method"), .int("status"))
    for index in 0..<10_000 { family["/api/v1/items/\(index)", "GET", 200].add(index + 1) }
}

if isTroubled { Task.detached { await Trouble(telemetry).run() } }

guard let port = telemetry.endpoint?.port else { exit(1) }
let line = "{\"port\":\(port)}\n"
_ = line.withCString { write(1, $0, strlen($0)) }
while readLine() != nil {}
telemetry.shutdown()
