import CCurl
import Synchronization
import VitalsBytes
import VitalsMetrics

/// OTLP over HTTP, spoken by libcurl.
package final class HTTPTransport: ExportTransport {
    /// The most redirects that a message follows, all of them at the same peer.
    static let mostRedirects = 3

    private let settings: HTTPSettings
    private let driver = HTTPDriver()

    /// A transport for a configuration; connections are made when they are needed.
    package init(_ configuration: OTLPConfiguration) throws(OTLPError) {
        settings = try HTTPSettings(configuration)
        try Self.refuse(LoadedLibrary.problem(vitals_curl_load))
    }

    deinit {
        driver.end(waiting: false)
    }

    static func refuse(_ problem: String?) throws(OTLPError) {
        guard let problem else { return }
        throw .system(
            "OTLP over HTTP needs libcurl 7.68 or later, which could not be loaded (\(problem)): install the package "
                + "libcurl4; OTLP over gRPC (OTEL_EXPORTER_OTLP_PROTOCOL=grpc) and /metrics do without it")
    }

    package var componentPrefix: String { settings.isJSON ? "otlp_http_json" : "otlp_http" }

    package var server: (address: String, port: Int?) { (settings.metrics.host, settings.metrics.port) }

    package var success: ExportFailure.Status { .http(200) }

    package func encode(_ message: ExportBody, for signal: Signal) -> ExportBody {
        var body = message
        if settings.isJSON {
            var text = ByteBuffer(capacity: message.bytes.count * 3)
            guard OTLPJSON.append(message.bytes, signal, to: &text) else {
                // Sent as it is, so that the peer's refusal counts as the failure that it is.
                Diagnostics.log(.error, "a message could not be written as JSON; this is a mistake of Vitals")
                return message
            }
            body = ExportBody(text, isPacked: false)
        }
        return settings.isPacking ? body.packed() : body
    }

    package func send(_ request: ExportRequest) -> ExportAnswer {
        let call = HTTPCall(request)
        if let failure = driver.submit(call, settings) { return .failed(failure) }
        defer { driver.forget(call) }
        return call.wait()
    }

    package func hurry(to deadline: UInt64) {
        driver.hurry(to: deadline)
    }

    package func shutdown() {
        driver.end(waiting: true)
    }
}
