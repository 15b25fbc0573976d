import Glibc
import Synchronization
import Testing
import Vitals
import VitalsTesting

/// Lets nothing through until it is cancelled, but keeps to its time.
private final class HangingSpanExporter: SpanExporter {
    private let isCancelled = Atomic(false)

    func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: min(timeout, .seconds(10)))
        while clock.now < end, !isCancelled.load(ordering: .acquiring) { usleep(5_000) }
        return false
    }

    func cancel() { isCancelled.store(true, ordering: .releasing) }
}

/// Notes the attributes that spans have when they end.
private final class Notes: SpanProcessor {
    private let names = Mutex<[String]>([])
    var seen: [String] { names.withLock { $0 } }
    func onEnd(_ span: FinishedSpan) { names.withLock { $0.append("\(span.name) \(span.attributes)") } }
}

/// Telemetry with traces.
@Suite struct TracesTests {
    private let exporter = InMemorySpanExporter()
    private let provider = TracerProvider()

    private func configuration(_ exporters: [any SpanExporter] = []) -> Configuration {
        var configuration = Configuration(service: "test")
        configuration.metrics.registry = Registry()
        configuration.endpoint = nil
        configuration.detectors = []
        configuration.traces.provider = provider
        configuration.traces.exporters = exporters
        return configuration
    }

    private func remote(_ flags: TraceFlags = .sampled) -> Context {
        var context = Context()
        context.spanContext = SpanContext(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: flags, isRemote: true)
        return context
    }

    @Test func spansAreDeliveredByAFlushAndTheLastOnesByTheShutdown() throws {
        let telemetry = try Telemetry.start(configuration([exporter]))
        let tracer = telemetry.tracer("shop", version: "1.2.0")
        tracer.withSpan("first") { $0["a"] = 1 }
        #expect(telemetry.flush())
        #expect(exporter.spans.map(\.name) == ["first"])
        #expect(exporter.spans.first?.attributes == ["a": 1])
        #expect(exporter.spans.first?.scope.version == "1.2.0")
        tracer.withSpan("last") { _ in }
        #expect(telemetry.shutdown())
        #expect(exporter.spans.map(\.name) == ["first", "last"])
        #expect(exporter.isShutDown)
        tracer.withSpan("late") { #expect(!$0.isRecording) }
        #expect(telemetry.shutdown())
        #expect(exporter.spans.count == 2)
    }

    @Test func withoutAPlaceToGoSpansAreNotRecordedAndContextsGoOnward() throws {
        let telemetry = try Telemetry.start(configuration())
        defer { telemetry.shutdown() }
        #expect(!provider.isStarted)
        let seen = telemetry.tracer("shop").withSpan("x", parent: remote()) { span in
            #expect(!span.isRecording)
            return Context.current.spanContext
        }
        #expect(seen == remote().spanContext)
    }

    @Test func whatIsDisabledRecordsNothingAndContextsGoOnward() throws {
        var configuration = configuration([exporter])
        configuration.isDisabled = true
        configuration.traces.push = OTLPConfiguration(endpoint: "no address at all")
        let telemetry = try Telemetry.start(configuration)
        for telemetry in [telemetry, Telemetry.disabled] {
            let seen = telemetry.tracer("shop").withSpan("x", parent: remote()) { span in
                #expect(!span.isRecording)
                return Context.current.spanContext
            }
            #expect(seen == remote().spanContext)
            #expect(telemetry.flush())
            #expect(telemetry.shutdown())
        }
        #expect(exporter.spans.isEmpty)
    }

    @Test func aDeadPlaceForSpansDoesNotTakeTheTimeOfMetrics() throws {
        let metrics = InMemoryExporter()
        var configuration = configuration([HangingSpanExporter(), exporter])
        configuration.export(to: metrics, every: .seconds(600))
        let telemetry = try Telemetry.start(configuration)
        let counter = telemetry.meter("shop").counter("orders")
        let tracer = telemetry.tracer("shop")
        let clock = ContinuousClock()
        counter.add(1)
        tracer.withSpan("x") { _ in }
        let flushed = clock.measure { #expect(!telemetry.flush(timeout: .milliseconds(300))) }
        #expect(flushed < .milliseconds(1000))
        #expect(metrics.collections.last?["orders"]?[[:]]?.int == 1)
        #expect(exporter.spans.count == 1)
        counter.add(1)
        tracer.withSpan("y") { _ in }
        let ended = clock.measure { #expect(!telemetry.shutdown(timeout: .milliseconds(500))) }
        #expect(ended < .milliseconds(1200))
        #expect(metrics.collections.last?["orders"]?[[:]]?.int == 2)
        #expect(exporter.spans.count == 2)
    }

    @Test func aShutdownWithoutTimeDoesNotEndTheTelemetryThatIsStartedThen() throws {
        for round in 0..<20 {
            let first = try Telemetry.start(configuration([HangingSpanExporter()]))
            first.tracer("test").withSpan("first") { _ in }
            first.shutdown(timeout: .zero)
            let exporter = InMemorySpanExporter()
            let second = try Telemetry.start(configuration([exporter]))
            usleep(5_000)
            second.tracer("test").withSpan("second") { _ in }
            #expect(second.shutdown())
            #expect(exporter.spans.map(\.name) == ["second"], "in round \(round)")
        }
    }

    @Test func oneProviderHasOneTelemetryAtATime() throws {
        let first = try Telemetry.start(configuration([exporter]))
        #expect(throws: TelemetryError.alreadyStarted) { try Telemetry.start(configuration([exporter])) }
        // Without traces it needs none.
        try Telemetry.start(configuration()).shutdown()
        first.shutdown()
        let second = try Telemetry.start(configuration([InMemorySpanExporter()]))
        // What was shut down before does not end what is running now.
        first.shutdown()
        #expect(provider.isStarted)
        second.shutdown()
        #expect(!provider.isStarted)
    }

    @Test(arguments: [
        ("", false), ("development", false), ("dev", false), ("local", false), ("test", false), ("staging", false),
        ("prod-like", false), ("production", true), ("Production", true), ("PROD", true),
    ])
    func inProductionATenthIsRecordedAndElsewhereEverything(environment: String, isTenth: Bool) {
        let expected = Sampler.parentBased(root: isTenth ? .ratio(0.1) : .alwaysOn)
        #expect(Sampler.usual(in: environment).description == expected.description)
    }

    @Test(arguments: [("production", 0.02...0.25), ("dev", 1.0...1.0)])
    func theEnvironmentOfTheConfigurationDecidesAndAParentBeatsIt(
        environment: String, range: ClosedRange<Double>
    ) throws {
        var configuration = configuration([exporter])
        configuration.environment = environment
        let telemetry = try Telemetry.start(configuration)
        let tracer = telemetry.tracer("shop")
        let sampled = (0..<1000).count { _ in
            tracer.withSpan("x", parent: Context()) { $0.spanContext.isSampled }
        }
        #expect(range.contains(Double(sampled) / 1000))
        #expect(tracer.withSpan("x", parent: remote()) { $0.spanContext.isSampled })
        #expect(!tracer.withSpan("x", parent: remote([])) { $0.spanContext.isSampled })
        telemetry.shutdown()
        #expect(exporter.spans.count == sampled + 1)
    }

    @Test func whatIsConfiguredReachesTheSpans() throws {
        let notes = Notes()
        var configuration = configuration()
        configuration.traces.processors = [notes]
        configuration.traces.sampler = .alwaysOff
        let off = try Telemetry.start(configuration)
        off.tracer("shop").withSpan("never") { _ in }
        off.shutdown()
        configuration.traces.sampler = .alwaysOn
        configuration.traces.limits.attributes = 1
        let on = try Telemetry.start(configuration)
        on.tracer("shop").withSpan("once", attributes: ["a": 1, "b": 2]) { _ in }
        on.shutdown()
        #expect(notes.seen == ["once {a=1}"])
    }

    @Test func whatFailedOrWasSlowIsKeptWhateverTheSamplerSays() throws {
        var configuration = configuration([exporter])
        configuration.traces.sampler = .alwaysOff
        configuration.traces.tail = TailConfiguration(slowerThan: .seconds(1))
        let telemetry = try Telemetry.start(configuration)
        let tracer = telemetry.tracer("shop")
        tracer.startSpan("quick", parent: Context(), at: 1).end(at: 2)
        tracer.startSpan("slow", parent: Context(), at: 1).end(at: 2_000_000_000)
        tracer.withSpan("failed", parent: Context()) { span in
            tracer.withSpan("below") { _ in }
            span.setStatus(.error("no stock"))
        }
        #expect(telemetry.shutdown())
        #expect(exporter.spans.map(\.name) == ["slow", "below", "failed"])
        #expect(exporter.spans.allSatisfy { $0.isSampled })
    }

    @Test func spansBecomeMetricsThoughNothingIsExported() throws {
        var configuration = configuration()
        configuration.traces.sampler = .alwaysOff
        configuration.traces.spanMetrics = true
        let telemetry = try Telemetry.start(configuration)
        for _ in 0..<3 { telemetry.tracer("shop").withSpan("GET /", kind: .server) { _ in } }
        telemetry.shutdown()
        let metrics = InMemoryReader(configuration.metrics.registry).collect()
        #expect(metrics["traces.span.metrics.calls"]?.points.compactMap(\.int) == [3])
    }

    @Test func tracesAreReportedOnUnlessToldNotTo() throws {
        for isObserved in [true, false] {
            var configuration = configuration([exporter])
            configuration.metrics.observesItself = isObserved
            let telemetry = try Telemetry.start(configuration)
            telemetry.tracer("shop").withSpan("x") { _ in }
            telemetry.flush()
            let metrics = InMemoryReader(configuration.metrics.registry).collect()
            #expect((metrics["otel.sdk.span.started"] != nil) == isObserved)
            #expect((metrics["otel.sdk.processor.span.processed"] != nil) == isObserved)
            telemetry.shutdown()
        }
    }

    @Test func aMeasurementInASpanHasAnExemplarThatLeadsToIt() throws {
        let telemetry = try Telemetry.start(configuration([exporter]))
        let counter = telemetry.meter("shop").counter("orders")
        telemetry.tracer("shop").withSpan("order") { _ in counter.add(1) }
        let point = try #require(
            InMemoryReader(telemetry.configuration.metrics.registry).collect()["orders"]?[[:]])
        telemetry.shutdown()
        let span = try #require(exporter.spans.first?.context)
        let context = try #require(point.exemplars.first?.context)
        #expect(TraceID(high: context.traceID.high, low: context.traceID.low) == span.traceID)
        #expect(context.spanID == span.spanID.value)
    }

    @Test func aPushOfSpansThatCannotBeMadeIsToldAndLeavesNothingRunning() throws {
        var configuration = configuration([exporter])
        configuration.endpoint = EndpointConfiguration()
        configuration.endpoint?.port = 0
        configuration.traces.push = OTLPConfiguration(endpoint: "ftp://collector", transport: .grpc)
        let error = #expect(throws: TelemetryError.self) { try Telemetry.start(configuration) }
        #expect(error?.description.hasPrefix("spans cannot be pushed: ") == true)
        #expect(!provider.isStarted)
        configuration.traces.push = nil
        try Telemetry.start(configuration).shutdown()
    }

    @Test(arguments: [OTLPTransport.grpc, .httpProtobuf])
    func aPeerThatIsNotThereIsNoErrorOfTheProgramAndSpansAreCounted(transport: OTLPTransport) throws {
        var configuration = configuration()
        configuration.traces.push = OTLPConfiguration(endpoint: "http://127.0.0.1:1", transport: transport)
        let telemetry = try Telemetry.start(configuration)
        let tracer = telemetry.tracer("shop")
        for _ in 0..<3 { tracer.withSpan("x") { _ in } }
        let clock = ContinuousClock()
        let ended = clock.measure { #expect(!telemetry.shutdown(timeout: .milliseconds(300))) }
        #expect(ended < .milliseconds(1000))
        let exported = InMemoryReader(configuration.metrics.registry).collect()["otel.sdk.exporter.span.exported"]
        let lost = exported?.points.filter { $0.attributes["error.type"] != nil }.compactMap(\.int).reduce(0, +)
        #expect(lost == 3)
        #expect(exported?.points.count { $0.attributes["error.type"] == nil } == 0)
    }
}
