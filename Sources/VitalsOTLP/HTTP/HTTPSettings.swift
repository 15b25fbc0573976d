import Synchronization
import VitalsMetrics

/// What is the same for all requests of a transport.
final class HTTPSettings: Sendable {
    let metrics: HTTPTarget
    let traces: HTTPTarget
    let isJSON: Bool
    let isPacking: Bool
    let tls: OTLPSecurity
    let responseBytes: Int
    private let hasWarned = Atomic(false)

    init(_ configuration: OTLPConfiguration) throws(OTLPError) {
        metrics = try HTTPTarget(configuration.endpoint, .metrics)
        traces = try HTTPTarget(configuration.endpoint, .traces)
        isJSON = configuration.transport == .httpJSON
        isPacking = configuration.compression == .gzip
        tls = configuration.tls
        responseBytes = max(0, configuration.limits.responseBytes)
        if metrics.isSecure { try tls.check() }
    }

    var contentType: String { isJSON ? "application/json" : "application/x-protobuf" }

    func target(_ signal: Signal) -> HTTPTarget {
        switch signal {
        case .metrics: metrics
        case .traces: traces
        }
    }

    /// The lines of a request's header, beside those that libcurl writes.
    func headerLines(_ request: ExportRequest) -> [String] {
        // Without a value libcurl leaves out its own: nobody shall wait for a permission to send.
        var lines = ["Content-Type: \(contentType)", "Expect:"]
        if request.body.isPacked { lines.append("Content-Encoding: gzip") }
        for (name, value) in request.headers {
            if HTTPFields.isLegal(name, value) {
                lines.append(HTTPFields.line(name, value))
            } else if !hasWarned.exchange(true, ordering: .relaxed) {
                // Not the value, which may be a secret.
                Diagnostics.log(
                    .warning,
                    "the header field \(name.debugDescription) is not sent: its name or value contains what HTTP does not "
                        + "allow, or it is one that the exporter sets itself")
            }
        }
        return lines
    }
}
