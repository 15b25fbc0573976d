import Vitals

/// Does over and over what programs should not, and what the example service does not, so that there is something to show
/// of it.
struct Trouble: Sendable {
    private let meter: Meter
    private let tracer: Tracer
    private let stream: StreamProcessorTelemetry

    /// Few series, and traces that are judged when they are complete.
    static func configure(_ configuration: inout Configuration) {
        configuration.limits.cardinality = 10
        configuration.traces.tail = TailConfiguration(slowerThan: .milliseconds(20))
        configuration.traces.spanMetrics = true
    }

    init(_ telemetry: Telemetry) {
        meter = telemetry.meter("interop.trouble")
        tracer = telemetry.tracer("interop.trouble")
        stream = StreamProcessorTelemetry("troubled", capacity: 100, meter: meter)
        DatabaseTelemetry(system: "sqlite", meter: meter, tracer: tracer)
            .watchConnections(of: "main") { (idle: 3, used: 2) }
    }

    func run() async {
        let visits = meter.counter("visits", unit: "{visit}")
        var round = 0
        while !Task.isCancelled {
            round += 1
            visits.add(1, ["visitor": .int(round)])
            visits.add(-1)
            await trace(round)
            process(round)
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func trace(_ round: Int) async {
        do {
            try await tracer.withSpan("round", kind: .server) { _ in
                if round % 3 == 0 { throw Trouble.Failure() }
                if round % 3 == 1 { try await Task.sleep(for: .milliseconds(30)) }
            }
        } catch {
            meter.counter("failures").add(1)
        }
    }

    private func process(_ round: Int) {
        stream.received(6)
        stream.processed(in: .milliseconds(round % 50), failure: round % 4 == 0 ? Failure() : nil)
        for reason in Self.reasons { stream.dropped(reason) }
        stream.deduplicated()
        stream.remembered(round % 10)
        stream.queued(90)
        stream.triggered("round")
        stream.opened(round % 3, of: "round")
    }

    private static let reasons: [StreamProcessorTelemetry.DropReason] = [.late, .queueFull, .filtered, .invalid]

    private struct Failure: Error {}
}
