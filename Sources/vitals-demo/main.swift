import Glibc
import Vitals

// A small shop that sells nothing: believable traffic into every kind of instrument, served at /metrics and, for people,
// at /.

func say(_ text: String) {
    let line = "\(text)\n"
    _ = line.withCString { write(1, $0, strlen($0)) }
}

// Before any thread starts, so that all of them leave the signals to the wait at the end.
var interrupts = sigset_t()
sigemptyset(&interrupts)
sigaddset(&interrupts, SIGINT)
sigaddset(&interrupts, SIGTERM)
pthread_sigmask(SIG_BLOCK, &interrupts, nil)

guard let options = Options(CommandLine.arguments.dropFirst()) else {
    say(Options.help)
    exit(64)
}

var configuration = Configuration(service: "demo-shop", version: "1.0.0", environment: "development")
if let port = options.port { configuration.endpoint?.port = port }
// Spans are metrics too, and recorded even if OTEL_TRACES_EXPORTER names nowhere for them: exemplars come of them.
configuration.traces.spanMetrics = true

let telemetry: Telemetry
do {
    telemetry = try Telemetry.start(configuration)
} catch {
    say("demo: \(error)")
    exit(1)
}
let shop = Shop(
    telemetry.meter("demo.shop", version: "1.0.0"), telemetry.tracer("demo.shop", version: "1.0.0"))
try telemetry.endpoint?.route("GET", "/hello/{name}") { request in
    .text("Hello, \(request.parameters["name"] ?? "")!\n")
}
try telemetry.endpoint?.addReadinessCheck("shop") {}

if let endpoint = telemetry.endpoint {
    say("live page   http://localhost:\(endpoint.port)/")
    say("metrics     http://localhost:\(endpoint.port)/metrics")
    say("health      http://localhost:\(endpoint.port)/healthz and /readyz")
    say(options.seconds.map { "ends after \($0) s" } ?? "ends with Ctrl-C")
}

// Fifty requests a second.
var tick = 0
var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
while options.seconds.map({ tick < $0 * 50 }) ?? true, sigtimedwait(&interrupts, nil, &pause) < 0 {
    shop.work(tick)
    tick += 1
}
telemetry.shutdown()
say("demo: served \(tick) requests")
