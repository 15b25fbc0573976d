import Glibc
import Synchronization
import Testing
import Vitals
import VitalsTesting

/// Lets nothing through until it is shut down, but keeps to its time.
private final class HangingExporter: MetricExporter {
    private let isShutDown = Atomic(false)

    func export(_ metrics: CollectedMetrics, timeout: Duration) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: min(timeout, .seconds(10)))
        while clock.now < end, !isShutDown.load(ordering: .acquiring) { usleep(5_000) }
        return false
    }

    func shutdown() { isShutDown.store(true, ordering: .releasing) }
}

/// Telemetry that sends by itself.
@Suite struct PushTests {
    private let registry = Registry()

    private func configuration(_ exporters: [any MetricExporter] = []) -> Configuration {
        var configuration = Configuration(service: "test")
        configuration.metrics.registry = registry
        configuration.endpoint = nil
        configuration.detectors = []
        for exporter in exporters { configuration.export(to: exporter, every: .seconds(600)) }
        return configuration
    }

    @Test func whatIsRecordedLastIsDeliveredByTheShutdown() throws {
        let exporter = InMemoryExporter()
        let telemetry = try Telemetry.start(configuration([exporter]))
        let counter = telemetry.meter("shop").counter("orders")
        counter.add(1)
        #expect(telemetry.flush())
        #expect(exporter.collections.last?["orders"]?[[:]]?.int == 1)
        counter.add(2)
        #expect(telemetry.shutdown())
        #expect(exporter.collections.last?["orders"]?[[:]]?.int == 3)
        #expect(exporter.isShutDown)
    }

    @Test func shutdownTwiceIsShutdownOnce() throws {
        let exporter = InMemoryExporter()
        let telemetry = try Telemetry.start(configuration([exporter]))
        let counter = telemetry.meter("shop").counter("orders")
        counter.add(1)
        #expect(telemetry.shutdown())
        let before = exporter.collections.count
        counter.add(1)
        #expect(telemetry.shutdown())
        #expect(!telemetry.flush())
        #expect(exporter.collections.count == before)
        #expect(exporter.collections.last?["orders"]?[[:]]?.int == 1)
    }

    @Test func aDeadDestinationDoesNotHoldUpAnother() throws {
        let exporter = InMemoryExporter()
        let telemetry = try Telemetry.start(configuration([HangingExporter(), exporter]))
        let counter = telemetry.meter("shop").counter("orders")
        let clock = ContinuousClock()
        counter.add(1)
        let flushed = clock.measure { #expect(!telemetry.flush(timeout: .milliseconds(300))) }
        #expect(flushed < .milliseconds(800))
        #expect(exporter.collections.last?["orders"]?[[:]]?.int == 1)
        counter.add(1)
        let ended = clock.measure { #expect(!telemetry.shutdown(timeout: .milliseconds(300))) }
        #expect(ended < .milliseconds(800))
        #expect(exporter.collections.last?["orders"]?[[:]]?.int == 2)
    }

    @Test func eachDestinationHasATemporalityOfItsOwn() throws {
        let exporters = [InMemoryExporter(temporality: .delta), InMemoryExporter()]
        let telemetry = try Telemetry.start(configuration(exporters))
        let counter = telemetry.meter("shop").counter("orders")
        for amount in [5, 7] {
            counter.add(amount)
            #expect(telemetry.flush())
        }
        #expect(exporters.map { $0.collections.map { $0["orders"]?[[:]]?.int } } == [[5, 7], [5, 12]])
        telemetry.shutdown()
    }

    @Test func whatIsDisabledOpensNothingAndPushesNothing() throws {
        let exporter = InMemoryExporter()
        var configuration = configuration([exporter])
        configuration.endpoint = EndpointConfiguration()
        configuration.endpoint?.port = 0
        configuration.push = PushConfiguration(otlp: OTLPConfiguration(endpoint: "no address at all"))
        configuration.isDisabled = true
        let telemetry = try Telemetry.start(configuration)
        telemetry.meter("shop").counter("orders").add(1)
        #expect(telemetry.endpoint == nil)
        #expect(telemetry.flush())
        #expect(telemetry.shutdown())
        #expect(exporter.collections.isEmpty)
        #expect(InMemoryReader(registry).counter("orders") == 1)
    }

    @Test func whatIsConfiguredReachesTheRegistry() throws {
        var configuration = configuration()
        configuration.metrics.exemplars = .alwaysOn
        configuration.metrics.histograms = .histogram(.exponential())
        let telemetry = try Telemetry.start(configuration)
        defer { telemetry.shutdown() }
        #expect(registry.exemplarFilter == .alwaysOn)
        telemetry.meter("shop").histogram("order.duration", unit: .seconds).record(1.5)
        #expect(InMemoryReader(registry).exponentialHistogram("order.duration")?.count == 1)
    }

    @Test func aPushThatCannotBeMadeIsToldAndLeavesNothingRunning() throws {
        var configuration = configuration()
        configuration.endpoint = EndpointConfiguration()
        configuration.endpoint?.port = 0
        configuration.push = PushConfiguration(otlp: OTLPConfiguration(endpoint: "ftp://collector", transport: .grpc))
        let error = #expect(throws: TelemetryError.self) { try Telemetry.start(configuration) }
        #expect(error?.description.hasPrefix("metrics cannot be pushed: ") == true)
        configuration.push = nil
        try Telemetry.start(configuration).shutdown()
    }

    @Test(arguments: [OTLPTransport.grpc, .httpProtobuf])
    func aPeerThatIsNotThereIsNoErrorOfTheProgram(transport: OTLPTransport) throws {
        var configuration = configuration()
        configuration.push = PushConfiguration(
            otlp: OTLPConfiguration(endpoint: "http://127.0.0.1:1", transport: transport))
        let telemetry = try Telemetry.start(configuration)
        telemetry.meter("shop").counter("orders").add(1)
        let clock = ContinuousClock()
        let flushed = clock.measure { #expect(!telemetry.flush(timeout: .milliseconds(200))) }
        #expect(flushed < .milliseconds(700))
        let ended = clock.measure { #expect(!telemetry.shutdown(timeout: .milliseconds(300))) }
        #expect(ended < .milliseconds(800))
    }

    @Test func manyThreadsMayFlushAndShutDownAtOnceAndTelemetryStartsAgain() async throws {
        for round in 1...5 {
            let exporter = InMemoryExporter(temporality: .delta)
            var configuration = configuration()
            configuration.export(to: exporter, every: .milliseconds(1))
            let telemetry = try Telemetry.start(configuration)
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
}
