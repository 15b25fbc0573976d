import VitalsMetrics
import VitalsPrometheus

/// Accept headers, by what they ask for.
enum Accept {
    static let text = "text/plain;version=0.0.4"
    static let utf8Text = "text/plain;version=1.0.0;escaping=allow-utf-8"
    static let openMetrics = "application/openmetrics-text;version=1.0.0"
    static let utf8OpenMetrics = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
    static let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

    /// A format with a scheme of escaping.
    static func text(_ scheme: EscapingScheme) -> String { "text/plain;version=1.0.0;escaping=\(scheme.token)" }
    static func openMetrics(_ scheme: EscapingScheme) -> String { "\(openMetrics);escaping=\(scheme.token)" }
}

extension RenderedExposition {
    /// The bytes for good: those of the object go with it, and a temporary one goes before they are read.
    var copy: [UInt8] { Array(bytes) }

    /// Taken apart by the strict checker.
    func parsed() throws -> ParsedExposition {
        try ExpositionChecker.check(copy, isOpenMetrics: format == "openmetrics")
    }
}

extension PrometheusRenderer {
    /// An exposition as text, which the strict checker has read.
    func text(_ accept: String? = nil, families: [String] = []) throws -> String {
        let exposition = try render(accept: accept, families: families)
        _ = try exposition.parsed()
        return String(decoding: exposition.copy, as: UTF8.self)
    }

    /// An exposition taken apart.
    func parsed(_ accept: String? = nil, families: [String] = []) throws -> ParsedExposition {
        try render(accept: accept, families: families).parsed()
    }

    /// An exposition in Prometheus' protobuf.
    func decoded(_ accept: String = Accept.protobuf, families: [String] = []) throws -> [DecodedFamily] {
        try DecodedFamily.families(try render(accept: accept, families: families).copy)
    }
}
