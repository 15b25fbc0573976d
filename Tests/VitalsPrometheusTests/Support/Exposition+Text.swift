import VitalsMetrics
import VitalsPrometheus

/// Accept headers, by what they ask for.
enum Accept {
    static let text = "text/plain;version=0.0.4"
    static let utf8Text = "text/plain;version=1.0.0;escaping=allow-utf-8"
    static let openMetrics = "application/openmetrics-text;version=1.0.0"
    static let utf8OpenMetrics = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
    static let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
}

extension PrometheusRenderer {
    /// An exposition as text.
    func text(_ accept: String? = nil, families: [String] = []) throws -> String {
        String(decoding: try render(accept: accept, families: families).bytes, as: UTF8.self)
    }
}
