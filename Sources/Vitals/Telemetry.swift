import Synchronization
@_exported public import VitalsEndpoint
@_exported public import VitalsMetrics
@_exported public import VitalsOTLP
@_exported public import VitalsPrometheus

/// The telemetry of a program, from start to shutdown.
///
/// Instruments work before, during and after: starting sets views and limits and lets readers report, and what was
/// recorded before is not lost.
public final class Telemetry: Sendable {
    /// The configuration it was started with.
    public let configuration: Configuration
    private let isRunning: Atomic<Bool>
    private let metricsEndpoint: MetricsEndpoint?

    /// Registries that have running telemetry; views of two would contradict each other.
    private static let running = Locked<Set<ObjectIdentifier>>([])

    /// A stand-in that works and does nothing: no reader, no thread, no socket.
    public static let disabled: Telemetry = {
        var configuration = Configuration(service: "disabled")
        configuration.metrics.registry = Registry()
        configuration.endpoint = nil
        return Telemetry(configuration, isRunning: false, nil)
    }()

    private init(_ configuration: Configuration, isRunning: Bool, _ metricsEndpoint: MetricsEndpoint?) {
        self.configuration = configuration
        self.metricsEndpoint = metricsEndpoint
        self.isRunning = Atomic(isRunning)
    }

    /// Starts telemetry for a service with defaults for everything else.
    public static func start(
        service: String, version: String = "", environment: String = ""
    ) throws(TelemetryError) -> Telemetry {
        try start(Configuration(service: service, version: version, environment: environment))
    }

    /// Starts telemetry as configured.
    public static func start(_ configuration: Configuration) throws(TelemetryError) -> Telemetry {
        let registry = configuration.metrics.registry
        guard running.withLock({ $0.insert(ObjectIdentifier(registry)).inserted }) else {
            throw .alreadyStarted
        }
        registry.exemplarFilter = configuration.metrics.exemplars
        registry.configure(views: configuration.views, limits: configuration.limits)
        if configuration.metrics.observesItself { registry.observeItself() }
        do throws(EndpointError) {
            let endpoint: MetricsEndpoint? =
                if let settings = configuration.endpoint { try MetricsEndpoint(configuration, settings) } else { nil }
            return Telemetry(configuration, isRunning: true, endpoint)
        } catch {
            _ = running.withLock { $0.remove(ObjectIdentifier(registry)) }
            throw .endpoint(error)
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

    /// Stops telemetry; it can be started again. Safe to call twice and from several threads. Instruments go on to
    /// work.
    public func shutdown() {
        guard isRunning.exchange(false, ordering: .acquiringAndReleasing) else { return }
        metricsEndpoint?.shutdown()
        let registry = ObjectIdentifier(configuration.metrics.registry)
        _ = Self.running.withLock { $0.remove(registry) }
    }

    deinit {
        shutdown()
    }
}
