import VitalsMetrics

extension Environment {
    /// Fills in what describes the service, where the program has not said it.
    func describe(_ configuration: inout Configuration) {
        var attributes = resourceAttributes("OTEL_RESOURCE_ATTRIBUTES")

        /// Takes an attribute that is a property of its own; the variables that beat it, then those that it beats.
        func text(_ key: String, before: [String], after: [String]) -> String {
            let listed = attributes[key]?.description ?? ""
            attributes[key] = nil
            if let own = before.lazy.compactMap(string).first { return own }
            return listed.isEmpty ? after.lazy.compactMap(string).first ?? "" : listed
        }

        let service = text("service.name", before: ["OTEL_SERVICE_NAME"], after: ["SERVICE_NAME"])
        let version = text("service.version", before: ["OTEL_SERVICE_VERSION"], after: [])
        let environment = text("deployment.environment.name", before: [], after: ["ENVIRONMENT", "RUST_ENV"])
        if configuration.service.isEmpty { configuration.service = service }
        if configuration.version.isEmpty { configuration.version = version }
        if configuration.environment.isEmpty { configuration.environment = environment }
        configuration.environmentResource = attributes
    }

    /// Sets everything else that variables say.
    func configure(_ configuration: inout Configuration) {
        for name in ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"] {
            guard let path = string(name) else { continue }
            warn(
                "\(name) is \(Self.quoted(path)), but a configuration file is not supported: the other variables and the "
                    + "program's code count")
        }
        let isDisabled = boolean("OTEL_SDK_DISABLED") ?? false
        let isTurnedOff = ["OTEL_ENABLED", "TELEMETRY_ENABLED"].filter(isTurnedOff)
        configuration.isDisabled = isDisabled || !isTurnedOff.isEmpty
        configuration.propagator = propagator()

        let exporters = MetricsExporters(self)
        let isShown = boolean("OTEL_CONSOLE_ENABLED") ?? false
        configureEndpoint(&configuration, isExposed: exporters.isExposed)
        configureReaders(&configuration, exporters, isShown: isShown)
        configureTraces(&configuration.traces, isShown: isShown)
        configuration.metrics.exemplars =
            choice(
                "OTEL_METRICS_EXEMPLAR_FILTER",
                among: [("trace_based", .traceBased), ("always_on", .alwaysOn), ("always_off", .alwaysOff)],
                default: "trace_based") ?? configuration.metrics.exemplars
        configuration.metrics.histograms = histogramAggregation() ?? configuration.metrics.histograms
    }

    /// Which messages of the library are shown.
    func shownMessages() -> Set<Diagnostics.Level>? {
        choice(
            "OTEL_LOG_LEVEL",
            among: [
                ("none", []), ("error", [.error]), ("warn", [.error, .warning]), ("info", [.error, .warning, .info]),
                ("debug", [.error, .warning, .info]),
            ], default: "info")
    }

    private func configureEndpoint(_ configuration: inout Configuration, isExposed: Bool) {
        guard isExposed else {
            configuration.endpoint = nil
            return
        }
        if let host = string("OTEL_EXPORTER_PROMETHEUS_HOST") { configuration.endpoint?.host = host }
        if let port = integer("OTEL_EXPORTER_PROMETHEUS_PORT", in: 0...65535, default: "9464") {
            configuration.endpoint?.port = port
        }
    }

    private func configureReaders(
        _ configuration: inout Configuration, _ exporters: MetricsExporters, isShown: Bool
    ) {
        var push =
            exporters.isPushed == false
            ? nil : otlp(.metrics, isAsked: exporters.isPushed == true).map { PushConfiguration(otlp: $0) }
        var console = exporters.isShown || isShown ? ConsoleConfiguration() : nil
        // Variables of what is off are nobody's concern.
        guard push != nil || console != nil else { return }
        let usual = push == nil ? "10000" : console == nil ? "60000" : "60000 (console: 10000)"
        if let interval = interval("OTEL_METRIC_EXPORT_INTERVAL", default: usual) {
            push?.interval = interval
            console?.interval = interval
        }
        if let timeout = timeout("OTEL_METRIC_EXPORT_TIMEOUT", default: "30000") {
            push?.timeout = timeout
            console?.timeout = timeout
        }
        if push != nil, let temporality = temporality() { push?.temporality = temporality }
        configuration.push = push
        configuration.console = console
    }
}
