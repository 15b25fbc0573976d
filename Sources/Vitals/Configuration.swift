/// Everything that can be said about telemetry in code.
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
    /// Changes to how instruments are reported.
    public var views: [View] = []
    /// Bounds on what is kept.
    public var limits = Limits()

    /// The defaults for a service.
    public init(service: String, version: String = "", environment: String = "") {
        self.service = service
        self.version = version
        self.environment = environment
    }
}
