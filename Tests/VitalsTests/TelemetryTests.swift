import Testing
import Vitals
import VitalsTesting

@Suite struct TelemetryTests {
    private func configuration() -> Configuration {
        var configuration = Configuration(service: "test")
        configuration.metrics.registry = Registry()
        configuration.endpoint = nil
        return configuration
    }

    @Test func whatWasRecordedBeforeTheStartIsReportedUnderItsViews() throws {
        var configuration = configuration()
        let registry = configuration.metrics.registry
        let orders = registry.meter("shop").counter("orders")
        orders.add(2, ["user": "a", "method": "card"])
        orders.add(3, ["user": "b", "method": "card"])
        configuration.views = [View("orders", name: "orders.placed", attributes: .without(["user"]))]
        let telemetry = try Telemetry.start(configuration)
        defer { telemetry.shutdown() }
        orders.add(5, ["user": "c", "method": "card"])
        let reader = InMemoryReader(registry)
        #expect(reader.counter("orders.placed", ["method": "card"]) == 10)
        #expect(reader.collect()["orders"] == nil)
    }

    @Test func aSecondStartIsRefusedUntilTheFirstIsShutDown() throws {
        let configuration = configuration()
        let first = try Telemetry.start(configuration)
        #expect(throws: TelemetryError.alreadyStarted) { try Telemetry.start(configuration) }
        first.shutdown()
        first.shutdown()
        let second = try Telemetry.start(configuration)
        second.shutdown()
    }

    @Test func telemetryThatIsLetGoMayBeStartedAgain() throws {
        let configuration = configuration()
        do {
            let telemetry = try Telemetry.start(configuration)
            #expect(telemetry.configuration.service == "test")
        }
        try Telemetry.start(configuration).shutdown()
    }

    @Test func instrumentsGoOnAfterShutdown() throws {
        let configuration = configuration()
        let telemetry = try Telemetry.start(configuration)
        let counter = telemetry.meter("shop").counter("orders")
        counter.add(1)
        telemetry.shutdown()
        counter.add(1)
        #expect(InMemoryReader(configuration.metrics.registry).counter("orders") == 2)
    }

    @Test func theLibraryReportsOnItselfUnlessToldNotTo() throws {
        let watched = configuration()
        let telemetry = try Telemetry.start(watched)
        let reader = InMemoryReader(watched.metrics.registry)
        _ = reader.collect()
        #expect(reader.collect()["otel.sdk.metric_reader.collection.duration"] != nil)
        telemetry.shutdown()

        var quiet = configuration()
        quiet.metrics.observesItself = false
        quiet.metrics.observesProcess = false
        let silent = try Telemetry.start(quiet)
        #expect(InMemoryReader(quiet.metrics.registry).collect().isEmpty)
        silent.shutdown()
    }

    @Test func theDisabledStandInWorks() {
        let counter = Telemetry.disabled.meter("shop").counter("orders")
        counter.add(1)
        Telemetry.disabled.shutdown()
        counter.add(1)
        #expect(counter.name == "orders")
    }
}
