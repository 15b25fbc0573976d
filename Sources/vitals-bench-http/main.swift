import Glibc
import Vitals

// `vitals-bench-http <seconds> [<series>]` serves counters, 100,000 by default, on a port of 127.0.0.1, which it prints,
// until standard input is closed or the time is up. Where the environment says so it pushes them as well. A program of
// its own, so that the memory that vitals-bench measures is that of the core.

let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
guard (1...2).contains(numbers.count), (1...86_400).contains(numbers[0]), (1...1_000_000).contains(numbers.last ?? 0)
else {
    say("usage: vitals-bench-http <seconds> [<series>]", to: STDERR_FILENO)
    exit(64)
}
serve(seconds: numbers[0], series: numbers.count == 2 ? numbers[1] : 100_000)

func serve(seconds: Int, series: Int) -> Never {
    var configuration = Configuration(service: "bench")
    configuration.metrics.registry = Registry()
    configuration.limits.cardinality = 1_000_000
    configuration.endpoint = EndpointConfiguration()
    configuration.endpoint?.host = "127.0.0.1"
    configuration.endpoint?.port = 0
    // The peers do not have the labels of the scope.
    configuration.prometheus.hasScopeLabels = false
    do {
        let telemetry = try Telemetry.start(configuration)
        fill(telemetry.meter("bench"), series)
        say("{\"port\":\(telemetry.endpoint?.port ?? 0)}", to: STDOUT_FILENO)
        waitForEndOfInput(seconds: seconds)
        telemetry.shutdown()
        exit(0)
    } catch {
        say("vitals-bench-http: \(error)", to: STDERR_FILENO)
        exit(1)
    }
}

/// The counters that vitals-bench renders.
private func fill(_ meter: Meter, _ series: Int) {
    let family = meter.counter(
        "http.requests", description: "HTTP requests answered.", by: .string("method"), .string("route"),
        .string("status"))
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    let statuses = ["200", "404", "500"]
    for index in 0..<series {
        family[methods[index % 5], "/api/v1/items/\(index)", statuses[index % 3]].add(index + 1)
    }
}

/// Writes a line at once, whatever standard output is connected to.
private func say(_ line: String, to descriptor: Int32) {
    _ = "\(line)\n".withCString { write(descriptor, $0, strlen($0)) }
}

/// Returns when standard input is closed, or after so many seconds.
private func waitForEndOfInput(seconds: Int) {
    let end = ContinuousClock.now + .seconds(seconds)
    var buffer = [UInt8](repeating: 0, count: 256)
    while ContinuousClock.now < end {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let left = (end - .now).components.seconds + 1
        // An interrupted wait is only a short one.
        guard poll(&input, 1, Int32(clamping: left * 1000)) > 0 else { continue }
        if read(STDIN_FILENO, &buffer, buffer.count) <= 0 { return }
    }
}
