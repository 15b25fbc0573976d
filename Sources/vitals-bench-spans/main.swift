import CVitals
import Glibc
import Vitals

// `vitals-bench-spans <spans a second> <seconds> <threads>` makes spans on threads and exports them as the environment
// says, then prints what it did. It serves its metrics, at the port that it prints first, until standard input is closed.
// A span is one with three attributes, in a trace of its own.

let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
guard numbers.count == 3, (1...10_000_000).contains(numbers[0]), (1...3600).contains(numbers[1]),
    (1...64).contains(numbers[2])
else {
    say("usage: vitals-bench-spans <spans a second> <seconds> <threads>", to: STDERR_FILENO)
    exit(64)
}
run(rate: numbers[0] / numbers[2], seconds: numbers[1], threads: numbers[2])

func run(rate: Int, seconds: Int, threads: Int) -> Never {
    var configuration = Configuration(service: "bench")
    configuration.endpoint = EndpointConfiguration()
    configuration.endpoint?.host = "127.0.0.1"
    configuration.endpoint?.port = 0
    configuration.traces.sampler = .alwaysOn
    do {
        let telemetry = try Telemetry.start(configuration)
        say("{\"port\":\(telemetry.endpoint?.port ?? 0)}", to: STDOUT_FILENO)
        let tracer = telemetry.tracer("bench")
        let began = vitals_monotonic_nanoseconds()
        let spent = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
        let producers = Waitable(Producers())
        for _ in 0..<threads {
            let worker = Worker("producer") {
                let ended = produce(tracer, rate, until: began &+ UInt64(seconds) &* 1_000_000_000)
                let spent = processorSeconds(CLOCK_THREAD_CPUTIME_ID)
                _ = producers.update { $0.add(ended, spent) }
            }
            guard worker != nil else {
                say("vitals-bench-spans: no thread", to: STDERR_FILENO)
                exit(1)
            }
        }
        _ = producers.wait(until: .max) { $0.count == threads }
        let took = vitals_monotonic_nanoseconds() &- began
        let isFlushed = telemetry.flush(timeout: .seconds(60))
        let total = producers.update { $0 } ?? Producers()
        let exporting = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - spent - total.seconds
        say(
            "{\"ended\":\(total.ended),\"seconds\":\(Double(took) / 1e9),\"flushed\":\(isFlushed),"
                + "\"producing\":\(total.seconds),\"exporting\":\(exporting)}", to: STDOUT_FILENO)
        while readLine() != nil {}
        telemetry.shutdown()
        exit(0)
    } catch {
        say("vitals-bench-spans: \(error)", to: STDERR_FILENO)
        exit(1)
    }
}

/// Writes a line at once, whatever standard output is connected to.
private func say(_ line: String, to descriptor: Int32) {
    _ = "\(line)\n".withCString { write(descriptor, $0, strlen($0)) }
}
