import CVitals
import Synchronization
@_exported public import VitalsEndpoint
@_exported public import VitalsInstrumentation
@_exported public import VitalsMetrics
@_exported public import VitalsOTLP
@_exported public import VitalsPrometheus
@_exported public import VitalsTracing

/// The telemetry of a program, from start to shutdown.
///
/// Instruments work before, during and after: starting sets views and limits and lets readers report, and what was
/// recorded before is not lost.
public final class Telemetry: Sendable {
    /// The configuration it was started with.
    public let configuration: Configuration
    private let isRunning: Atomic<Bool>
    private let metricsEndpoint: MetricsEndpoint?
    private let push: MetricsPush?
    private let traces: TracesPipeline?
    private let process: ProcessTelemetry?

    /// Registries and tracer providers that have running telemetry; views of two would contradict each other.
    private static let running = Locked<Set<ObjectIdentifier>>([])

    /// A stand-in that works and does nothing: no reader, no thread, no socket.
    public static let disabled: Telemetry = {
        var configuration = Configuration(service: "disabled", variables: .empty)
        configuration.metrics.registry = Registry()
        configuration.traces.provider = TracerProvider()
        configuration.endpoint = nil
        configuration.isDisabled = true
        return Telemetry(configuration, isRunning: false)
    }()

    private init(
        _ configuration: Configuration, isRunning: Bool, _ metricsEndpoint: MetricsEndpoint? = nil,
        _ push: MetricsPush? = nil, _ traces: TracesPipeline? = nil, _ process: ProcessTelemetry? = nil
    ) {
        self.configuration = configuration
        self.metricsEndpoint = metricsEndpoint
        self.push = push
        self.traces = traces
        self.process = process
        self.isRunning = Atomic(isRunning)
    }

    /// Starts telemetry for a service with what the environment says, and defaults for everything else.
    public static func start(
        service: String? = nil, version: String? = nil, environment: String? = nil
    ) throws(TelemetryError) -> Telemetry {
        try start(Configuration(service: service, version: version, environment: environment))
    }

    /// Starts telemetry as configured.
    public static func start(_ configuration: Configuration) throws(TelemetryError) -> Telemetry {
        if let propagator = configuration.propagator { Propagator.current = propagator }
        guard !configuration.isDisabled else { return Telemetry(configuration, isRunning: false) }
        let registry = configuration.metrics.registry
        let taken = configuration.taken
        let isFree = running.withLock { running in
            guard running.isDisjoint(with: taken) else { return false }
            running.formUnion(taken)
            return true
        }
        guard isFree else { throw .alreadyStarted }
        registry.exemplarFilter = configuration.metrics.exemplars
        registry.configure(views: configuration.effectiveViews, limits: configuration.limits)
        if configuration.metrics.observesItself { registry.observeItself() }
        let process =
            configuration.metrics.observesProcess ? ProcessTelemetry(meter: registry.meter("vitals.process")) : nil
        do throws(TelemetryError) {
            return try open(configuration, process)
        } catch {
            process?.cancel()
            running.withLock { $0.subtract(taken) }
            throw error
        }
    }

    /// Opens the doors that are configured: all of them, or none.
    private static func open(
        _ configuration: Configuration, _ process: ProcessTelemetry?
    ) throws(TelemetryError) -> Telemetry {
        let endpoint: MetricsEndpoint?
        do throws(EndpointError) {
            endpoint =
                if let settings = configuration.endpoint { try MetricsEndpoint(configuration, settings) } else { nil }
        } catch {
            throw .endpoint(error)
        }
        let push: MetricsPush
        do throws(OTLPError) {
            push = try MetricsPush(configuration)
        } catch {
            endpoint?.shutdown(timeout: .zero)
            throw .push(error)
        }
        do throws(TelemetryError) {
            let traces = try TracesPipeline(configuration)
            return Telemetry(configuration, isRunning: true, endpoint, push, traces, process)
        } catch {
            push.beginShutdown(until: 0)
            _ = push.waitForShutdown(until: 0)
            endpoint?.shutdown(timeout: .zero)
            throw error
        }
    }

    /// The server that shows the metrics, and the program's own routes; nil if there is none.
    public var endpoint: Endpoint? { metricsEndpoint?.endpoint }

    /// A meter: a group of instruments that one library or component declares.
    public func meter(
        _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = [:]
    ) -> Meter {
        configuration.metrics.registry.meter(
            name, version: version, schemaURL: schemaURL, attributes: attributes)
    }

    /// A tracer: a group of spans that one library or component makes.
    public func tracer(
        _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = [:]
    ) -> Tracer {
        configuration.traces.provider.tracer(name, version: version, schemaURL: schemaURL, attributes: attributes)
    }

    /// Delivers what was recorded until now, to everywhere that metrics and spans are pushed to.
    ///
    /// - Returns: Whether it was delivered everywhere within `timeout`. Metrics that were not come with the next export.
    @discardableResult
    public func flush(timeout: Duration = .seconds(5)) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        let spans = traces.map { traces in BesideTask { traces.flush(until: deadline) } }
        let isDelivered = push?.flush(until: deadline) ?? true
        return (spans?.result(until: deadline) ?? true) && isDelivered
    }

    /// Delivers what was recorded until now a last time and stops telemetry; it can be started again. Safe to call twice
    /// and from several threads. Instruments go on to work.
    ///
    /// - Returns: Whether everything was delivered within `timeout`. It returns soon after that in any case.
    @discardableResult
    public func shutdown(timeout: Duration = .seconds(5)) -> Bool {
        let isFirst = isRunning.exchange(false, ordering: .acquiringAndReleasing)
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        if isFirst { traces?.stop() }
        let spans = traces.map { traces in BesideTask { traces.shutdown(until: deadline) } }
        push?.beginShutdown(until: deadline)
        metricsEndpoint?.shutdown(timeout: min(timeout, .seconds(2)))
        let isDelivered = push?.waitForShutdown(until: deadline) ?? true
        let areSpansDelivered = spans?.result(until: deadline) ?? true
        if isFirst {
            // The last collection still had it.
            process?.cancel()
            Self.running.withLock { $0.subtract(configuration.taken) }
        }
        return isDelivered && areSpansDelivered
    }

    deinit {
        shutdown()
    }
}

extension Configuration {
    /// What only one running telemetry may have.
    fileprivate var taken: Set<ObjectIdentifier> {
        let registry = ObjectIdentifier(metrics.registry)
        return traces.isRecording ? [registry, ObjectIdentifier(traces.provider)] : [registry]
    }
}
