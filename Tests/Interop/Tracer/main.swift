import CVitals
import Glibc
import Vitals

// A program that traces, as the environment variables of OpenTelemetry say: spans with every field set to what the tests
// know, and a shop that is called and calls others. It obeys lines on standard input, answers each with a line of JSON, and
// shuts its telemetry down when the input ends or it is asked to terminate.

// All threads inherit the mask, so that the signal waits for the one that asks for it.
var terminate = sigset_t()
sigemptyset(&terminate)
sigaddset(&terminate, SIGTERM)
pthread_sigmask(SIG_BLOCK, &terminate, nil)

let telemetry = try Telemetry.start(service: "tracer", version: "1.2.3", environment: "test")
let known = KnownSpans(telemetry.tracer("interop.shop", version: "1.0", attributes: ["team": "tests"]))
let shop = Shop(telemetry)
let load = SpanLoad(telemetry.tracer("interop.load"))
try telemetry.endpoint?.route("GET", "/orders/{id}") { request in await shop.answer(request) }

func answer(_ line: String) {
    let line = line + "\n"
    _ = line.withCString { write(1, $0, strlen($0)) }
}

func timed(_ name: String, _ work: () -> Bool) {
    let began = vitals_monotonic_nanoseconds()
    let result = work()
    let seconds = Double(vitals_monotonic_nanoseconds() &- began) / 1e9
    answer("{\"\(name)\": \(result), \"seconds\": \(seconds)}")
}

let watching = Worker("sigterm") {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    var signal: Int32 = 0
    sigwait(&signals, &signal)
    telemetry.shutdown()
    exit(0)
}

answer("{\"ready\": \(watching != nil), \"port\": \(telemetry.endpoint?.port ?? 0)}")
while let line = readLine() {
    let words = line.split(separator: " ")
    let number = words.count > 1 ? Double(words[1]) ?? 0 : 0
    switch words.first {
    case "known":
        known.record()
        answer("{\"ready\": true}")
    case "measure": answer("{\"measured\": \(shop.measure(Int(number)))}")
    case "call": answer(shop.call(String(words[1])))
    case "spans": answer("{\"ended\": \(load.run(Int(number)))}")
    case "flush": timed("flushed") { telemetry.flush(timeout: .seconds(number)) }
    case "shutdown": timed("shutdown") { telemetry.shutdown(timeout: .seconds(number)) }
    case "quit": exit(0)
    default: answer("{\"error\": \"unknown command\"}")
    }
}
telemetry.shutdown()
