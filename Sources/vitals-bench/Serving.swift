import Glibc
import Vitals

/// Serves many counters on a port of 127.0.0.1, which it prints, until standard input is closed or the time is up.
func serve(_ series: String, seconds: Int) -> Never {
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
        Rendering.fill(configuration.metrics.registry, series)
        say("{\"port\":\(telemetry.endpoint?.port ?? 0)}", to: STDOUT_FILENO)
        waitForEndOfInput(seconds: seconds)
        telemetry.shutdown()
        exit(0)
    } catch {
        say("vitals-bench: \(error)", to: STDERR_FILENO)
        exit(1)
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
        // A look now and then at the clock is exact enough, and an interrupted wait is only a short one.
        guard poll(&input, 1, 200) > 0 else { continue }
        if read(STDIN_FILENO, &buffer, buffer.count) <= 0 { return }
    }
}
