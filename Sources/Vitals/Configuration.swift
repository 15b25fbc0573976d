public import VitalsEndpoint
public import VitalsMetrics
public import VitalsPrometheus

/// Everything that can be said about telemetry in code. What the environment says about it is the default.
public struct Configuration: Sendable {
    /// What the metrics of a program do.
    public struct Metrics: Sendable {
        /// Which measurements become exemplars.
        public var exemplars: ExemplarFilter = .traceBased
        /// Whether the library reports on itself: collections, drops, series.
        public var observesItself = true
        /// Where instruments are declared and readers attach. Tests give each other none.
        public var registry: Registry = .shared

        /// The defaults.
        public init() {}
    }

    /// The name of the service.
    public var service: String
    /// The version of the service, or nothing.
    public var version: String
    /// Where it is deployed: development, production, or nothing.
    public var environment: String
    /// What else describes the service, beside name, version and environment.
    public var resource: Attributes = [:]
    /// What the metrics do.
    public var metrics = Metrics()
    /// Where metrics can be fetched; nil for nowhere. From the environment: `OTEL_EXPORTER_PROMETHEUS_HOST` and
    /// `OTEL_EXPORTER_PROMETHEUS_PORT`.
    public var endpoint: EndpointConfiguration? = EndpointConfiguration()
    /// What the metrics look like there.
    public var prometheus = PrometheusOptions()
    /// Changes to how instruments are reported.
    public var views: [View] = []
    /// Bounds on what is kept.
    public var limits = Limits()

    /// The defaults for a service, and what the environment of the process says in their place.
    public init(service: String, version: String = "", environment: String = "") {
        self.init(service: service, version: version, environment: environment, variables: .process)
    }

    init(service: String, version: String = "", environment: String = "", variables: Environment) {
        self.service = service
        self.version = version
        self.environment = environment
        if let host = variables.string("OTEL_EXPORTER_PROMETHEUS_HOST") { endpoint?.host = host }
        if let port = variables.integer("OTEL_EXPORTER_PROMETHEUS_PORT", in: 0...65535) { endpoint?.port = port }
    }
}
