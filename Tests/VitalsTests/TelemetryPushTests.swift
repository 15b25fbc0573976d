import Testing
import VitalsTesting

@testable import Vitals

@Suite("Telemetry that pushes")
struct TelemetryPushTests {
    private func configuration(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
        var configuration = Configuration(service: "test", variables: .empty)
        configuration.metrics.registry = Registry()
        configuration.endpoint = nil
        change(&configuration)
        return configuration
    }

    /// Whether `body` answers no, and within so many seconds.
    private func isRefused(within seconds: Double, _ body: () -> Bool) -> Bool {
        var answer = true
        let elapsed = ContinuousClock().measure { answer = body() }
        return !answer && elapsed < .seconds(seconds)
    }

    @Test("A flush and a shutdown deliver what was recorded, to each exporter in its own temporality")
    func delivers() throws {
        let totals = InMemoryExporter()
        let changes = InMemoryExporter(temporality: .delta)
        let telemetry = try Telemetry.start(
            configuration {
                $0.export(to: totals, every: .seconds(600))
                $0.export(to: changes, every: .seconds(600))
            })
        let counter = telemetry.meter("test").counter("work")
        counter.add(3)
        #expect(telemetry.flush())
        counter.add(4)
        #expect(telemetry.shutdown())
        #expect(totals.collections.map { $0["work"]?[[:]]?.int } == [3, 7])
        #expect(changes.collections.map { $0["work"]?[[:]]?.int } == [3, 4])
        #expect(totals.isShutDown && changes.isShutDown)
        counter.add(1)
        #expect(!telemetry.flush())
        #expect(totals.collections.count == 2)
    }

    @Test("Without a push there is nothing to flush, and that succeeds; telemetry that is off as well")
    func nothing() throws {
        let telemetry = try Telemetry.start(configuration())
        #expect(telemetry.flush())
        #expect(telemetry.shutdown())
        let exporter = InMemoryExporter()
        let disabled = try Telemetry.start(
            configuration {
                $0.isDisabled = true
                $0.export(to: exporter, every: .milliseconds(1))
            })
        disabled.meter("test").counter("work").add(1)
        #expect(disabled.flush())
        #expect(disabled.shutdown())
        #expect(exporter.collections.isEmpty)
    }

    @Test(
        "A dead peer costs a flush and a shutdown their time at most", arguments: [OTLPTransport.grpc, .httpProtobuf])
    func deadPeer(_ transport: OTLPTransport) throws {
        let telemetry = try Telemetry.start(
            configuration {
                $0.push = PushConfiguration(
                    otlp: OTLPConfiguration(endpoint: "http://127.0.0.1:1", transport: transport))
            })
        telemetry.meter("test").counter("work").add(1)
        #expect(isRefused(within: 0.7) { telemetry.flush(timeout: .milliseconds(200)) })
        #expect(isRefused(within: 0.8) { telemetry.shutdown(timeout: .milliseconds(300)) })
        #expect(isRefused(within: 0.5) { telemetry.shutdown(timeout: .seconds(3)) })
    }

    @Test("Many threads may flush and shut down at once, and telemetry starts again afterwards")
    func concurrent() async throws {
        let registry = Registry()
        for round in 1...5 {
            let exporter = InMemoryExporter(temporality: .delta)
            let telemetry = try Telemetry.start(
                configuration {
                    $0.metrics.registry = registry
                    $0.export(to: exporter, every: .milliseconds(1))
                })
            let counter = telemetry.meter("test").counter("work")
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        for _ in 0..<100 { counter.add(1) }
                        telemetry.flush()
                        if index % 2 == 0 { telemetry.shutdown() }
                    }
                }
            }
            telemetry.shutdown()
            let sum = exporter.collections.compactMap { $0["work"]?[[:]]?.int }.reduce(0, +)
            // What tasks record after the last export is in the next round's first collection.
            #expect(sum <= 800 * round)
            let reader = InMemoryReader(registry)
            #expect(reader.counter("work") == Double(800 * round))
        }
    }

    @Test("What cannot be set up is said, and leaves nothing behind")
    func errors() throws {
        let base = configuration { $0.endpoint = EndpointConfiguration() }
        var wrong = base
        wrong.endpoint?.port = 0
        wrong.push = PushConfiguration(otlp: OTLPConfiguration(endpoint: "collector port", transport: .grpc))
        let error = #expect(throws: TelemetryError.self) { try Telemetry.start(wrong) }
        #expect(
            error?.description == """
                metrics cannot be pushed: the endpoint "collector port" cannot be used: it contains blanks or control \
                characters; give it as http://collector:4317
                """)
        var security = OTLPConfiguration(endpoint: "https://collector:4317", transport: .grpc)
        security.tls.authorityFile = "/nowhere/authority.pem"
        wrong.push = PushConfiguration(otlp: security)
        #expect(throws: TelemetryError.self) { try Telemetry.start(wrong) }
        // The registry is free again.
        var right = base
        right.endpoint?.port = 0
        try Telemetry.start(right).shutdown()
    }
}
