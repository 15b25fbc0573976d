import VitalsMetrics
import VitalsOTLP

extension Signal {
    /// What stands for the signal in names of variables.
    var variable: String {
        switch self {
        case .metrics: "METRICS"
        case .traces: "TRACES"
        }
    }

    /// What stood for it in the names of variables that are obsolete.
    fileprivate var formerVariable: String {
        switch self {
        case .metrics: "METRIC"
        case .traces: "SPAN"
        }
    }
}

extension Environment {
    /// How a signal is pushed; nil if nobody asks for it and no endpoint is given that can be used. A variable for just
    /// this signal beats the general one; in place of one that cannot be used the other counts.
    func otlp(_ signal: Signal, isAsked: Bool) -> OTLPConfiguration? {
        let hasEndpoint = [Self.name(signal, "ENDPOINT"), Self.general("ENDPOINT")].contains { string($0) != nil }
        guard isAsked || hasEndpoint else { return nil }
        let transport: OTLPTransport =
            own(signal, "PROTOCOL", "http/protobuf") { name, other in
                choice(name, among: OTLPTransport.all.map { ($0.environmentName, $0) }, default: other)
            } ?? .httpProtobuf
        let endpoint = endpoint(signal, transport, isAsked: isAsked)
        guard isAsked || endpoint != nil else { return nil }
        var settings = OTLPConfiguration(endpoint: endpoint, transport: transport)
        settings.headers = own(signal, "HEADERS", "none") { name, _ in headers(name) } ?? [:]
        settings.compression =
            own(signal, "COMPRESSION", "none") { name, other in
                choice(name, among: [("gzip", .gzip), ("none", .none)], default: other)
            } ?? .none
        settings.timeout = own(signal, "TIMEOUT", "10000", timeout) ?? settings.timeout
        settings.tls.authorityFile = own(signal, "CERTIFICATE", "") { name, _ in string(name) }
        settings.tls.keyFile = own(signal, "CLIENT_KEY", "") { name, _ in string(name) }
        settings.tls.certificateFile = own(signal, "CLIENT_CERTIFICATE", "") { name, _ in string(name) }
        settings.tls.isInsecure = isInsecure(signal)
        return settings
    }

    /// Totals or changes, as the variable for metrics says.
    func temporality() -> Temporality? {
        choice(
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            among: [("cumulative", .cumulative), ("delta", .delta), ("lowmemory", .lowMemory)], default: "cumulative")
    }

    /// The aggregation of histograms, as the variable for metrics says.
    func histogramAggregation() -> Aggregation? {
        choice(
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            among: [
                ("explicit_bucket_histogram", .byKind),
                ("base2_exponential_bucket_histogram", .histogram(.exponential())),
            ], default: "explicit_bucket_histogram")
    }

    private func endpoint(_ signal: Signal, _ transport: OTLPTransport, isAsked: Bool) -> OTLPEndpoint? {
        let general = Self.general("ENDPOINT")
        let last = isAsked ? "\(transport.defaultEndpoint.text) counts" : "nothing is pushed"
        let next = string(general) == nil ? last : "\(general) counts"
        // Just this URL, where the general one is a base; gRPC makes no difference between the two.
        if let text = address(Self.name(signal, "ENDPOINT"), transport, instead: next) { return .exact(text) }
        return address(general, transport, instead: last).map { .base($0) }
    }

    private func address(_ name: String, _ transport: OTLPTransport, instead: String) -> String? {
        guard let text = string(name) else { return nil }
        do throws(OTLPError) {
            let scheme = try OTLPAddress(text).scheme
            guard transport == .grpc || scheme == "http" || scheme == "https" else {
                let problem = "which has neither http:// nor https://, as OTLP over HTTP needs"
                refuse(name, OTLPEndpoint.base(text).shown, problem, instead: instead)
                return nil
            }
            return text
        } catch .endpoint(_, let reason) {
            refuse(name, OTLPEndpoint.base(text).shown, "which cannot be used: \(reason)", instead: instead)
        } catch {
            refuse(name, OTLPEndpoint.base(text).shown, "which cannot be used: \(error)", instead: instead)
        }
        return nil
    }

    private func isInsecure(_ signal: Signal) -> Bool {
        boolean(Self.name(signal, "INSECURE")) ?? boolean("OTEL_EXPORTER_OTLP_\(signal.formerVariable)_INSECURE")
            ?? boolean(Self.general("INSECURE")) ?? false
    }

    /// The value of the signal's own variable, or of the general one.
    private func own<Value>(
        _ signal: Signal, _ suffix: String, _ standard: String, _ parse: (String, String) -> Value?
    ) -> Value? {
        let general = Self.general(suffix)
        let hasGeneral = string(general) != nil
        return parse(Self.name(signal, suffix), hasGeneral ? general : standard) ?? parse(general, standard)
    }

    private static func general(_ suffix: String) -> String { "OTEL_EXPORTER_OTLP_\(suffix)" }

    private static func name(_ signal: Signal, _ suffix: String) -> String {
        "OTEL_EXPORTER_OTLP_\(signal.variable)_\(suffix)"
    }
}
