public import VitalsEndpoint
public import VitalsMetrics
public import VitalsPrometheus
public import VitalsTracing

/// Everything that can be said about telemetry in code. What the environment says about it is the default.
public struct Configuration: Sendable {
    /// What the metrics of a program do.
    public struct Metrics: Sendable {
        /// Which measurements become exemplars.
        public var exemplars: ExemplarFilter = .traceBased
        /// How histograms are kept that no view says more about, whatever buckets they were declared with; `.byKind`
        /// for those buckets. One choice for all readers, as all of them read the same cells.
        public var histograms: Aggregation = .byKind
        /// Whether the library reports on itself: collections, drops, series.
        public var observesItself = true
        /// Whether the process and its container are reported: processor time, memory, descriptors, limits.
        public var observesProcess = true
        /// Where instruments are declared and readers attach. Tests give each other none.
        public var registry: Registry = .shared

        /// The defaults.
        public init() {}
    }

    /// The name of the service; nothing for `unknown_service:` and the name of the program.
    public var service: String
    /// The version of the service, or nothing.
    public var version: String
    /// Where it is deployed: development, production, or nothing.
    public var environment: String
    /// What else describes the service, beside name, version and environment.
    public var resource: Attributes = [:]
    /// What is found out about process, machine and container.
    public var detectors: ResourceDetectors = .all
    /// Whether telemetry stays off, whatever else is configured: instruments work and nobody reads them.
    public var isDisabled = false
    /// What the metrics do.
    public var metrics = Metrics()
    /// What becomes of spans.
    public var traces = TracesConfiguration()
    /// How contexts go from one service to the next, even where telemetry is disabled: what `Propagator.current` is from
    /// the start on; nil to leave it as it is.
    public var propagator: Propagator?
    /// Where metrics can be fetched; nil for nowhere.
    public var endpoint: EndpointConfiguration? = EndpointConfiguration()
    /// What the metrics look like there.
    public var prometheus = PrometheusOptions()
    /// Where metrics are pushed; nil for nowhere.
    public var push: PushConfiguration?
    /// How metrics are shown on standard output; nil for not at all.
    public var console: ConsoleConfiguration?
    /// Exporters of the program's own.
    public var exports: [ExportConfiguration] = []
    /// Changes to how instruments are reported.
    public var views: [View] = []
    /// Bounds on what is kept.
    public var limits = Limits()

    /// What the environment says about the resource, without what is a property of its own.
    var environmentResource: Attributes = [:]

    /// The defaults, and what the environment of the process says in their place. An argument that is not empty counts,
    /// whatever the environment says.
    public init(service: String? = nil, version: String? = nil, environment: String? = nil) {
        // Before anything is said about the other variables.
        if let levels = Environment.process.shownMessages() { Diagnostics.showOnStandardError(levels) }
        self.init(service: service, version: version, environment: environment, variables: .process)
    }

    init(service: String? = nil, version: String? = nil, environment: String? = nil, variables: Environment) {
        self.service = service ?? ""
        self.version = version ?? ""
        self.environment = environment ?? ""
        variables.describe(&self)
        variables.configure(&self)
    }

    /// Adds an exporter of the program's own, which gets the metrics every `interval`.
    public mutating func export(
        to exporter: any MetricExporter, every interval: Duration = .seconds(60), timeout: Duration = .seconds(30)
    ) {
        exports.append(ExportConfiguration(exporter, interval: interval, timeout: timeout))
    }

    /// The views of the program, and the one that `metrics.histograms` amounts to.
    var effectiveViews: [View] {
        guard metrics.histograms != .byKind else { return views }
        var fallback = View(InstrumentSelector(kind: .histogram), aggregation: metrics.histograms)
        fallback.isFallback = true
        return views + [fallback]
    }
}
