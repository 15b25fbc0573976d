import VitalsEndpoint
import VitalsMetrics
import VitalsPrometheus

/// The endpoint of a program's telemetry: a renderer of its registry behind a server.
struct MetricsEndpoint: Sendable {
    let endpoint: Endpoint
    private let renderer: PrometheusRenderer

    init(_ configuration: Configuration, _ settings: EndpointConfiguration) throws(EndpointError) {
        let registry = configuration.metrics.registry
        let renderer = PrometheusRenderer(
            registry, options: configuration.prometheus, resource: Resource.attributes(of: configuration))
        self.renderer = renderer
        // Instruments of a registry that nobody reads, if the library is not to report on itself.
        let meter = (configuration.metrics.observesItself ? registry : Registry()).meter("vitals")
        let page = settings.hasLivePage ? (html: LivePage.html, policy: LivePage.contentSecurityPolicy) : nil
        do throws(EndpointError) {
            endpoint = try Endpoint(settings, meter: meter, page: page) { request, timeout in
                let exposition = try renderer.render(
                    accept: request.accept, acceptEncoding: request.acceptEncoding, families: request.names,
                    timeout: timeout)
                return ScrapeResponse(
                    contentType: exposition.contentType, contentEncoding: exposition.isPacked ? "gzip" : nil,
                    format: exposition.format, body: exposition)
            }
            try endpoint.start()
        } catch {
            renderer.shutdown()
            throw error
        }
    }

    func shutdown(timeout: Duration) {
        endpoint.shutdown(timeout: timeout)
        renderer.shutdown()
    }
}

extension RenderedExposition: ScrapeResponse.Body {}
