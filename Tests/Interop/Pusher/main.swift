import CVitals
import Glibc
import Vitals

// A program that pushes, as the environment variables of OpenTelemetry say: every kind of instrument with values that
// the tests know, and counters whose totals it tells. It obeys lines on standard input, answers each with a line of
// JSON, and ends when the input does.

let telemetry = try Telemetry.start(service: "pusher", version: "1.2.3", environment: "test")
let meter = telemetry.meter("interop.shop", version: "1.0", attributes: ["team": "tests"])
let known = KnownValues(meter)
known.record()
let load = Load(meter)

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

answer("{\"ready\": true, \"port\": \(telemetry.endpoint?.port ?? 0)}")
while let line = readLine() {
    let words = line.split(separator: " ")
    let number = words.count > 1 ? Double(words[1]) ?? 0 : 0
    switch words.first {
    case "known":
        known.record()
        answer("{\"ready\": true}")
    case "record": answer("{\"total\": \(load.add(each: Int(number)))}")
    case "many":
        load.addSeries(Int(number))
        answer("{\"ready\": true}")
    case "start-recording":
        load.start()
        answer("{\"started\": true}")
    case "stop-recording": answer("{\"total\": \(load.stop())}")
    case "flush": timed("flushed") { telemetry.flush(timeout: .seconds(number)) }
    case "shutdown": timed("shutdown") { telemetry.shutdown(timeout: .seconds(number)) }
    case "quit": exit(0)
    default: answer("{\"error\": \"unknown command\"}")
    }
}
