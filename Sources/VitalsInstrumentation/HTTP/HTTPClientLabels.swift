import VitalsMetrics

/// What the metrics of a request say of it. Not typed labels: beside a request over the network they would gain nothing.
struct HTTPClientLabels {
    let method: String
    /// Where it goes; nil if the URL has no valid address.
    let server: HTTPAddress?
    /// The template of the path, if there is one.
    let template: String?
    /// The version of HTTP, where it is known.
    var version: String?
    /// The status, if there was an answer.
    var status: Int?
    /// What kind of error it was, if it was one.
    var failure: String?

    init(_ request: HTTPClientRequest) {
        method = HTTPMethod.label(request.method)
        server = HTTPAddress(url: request.url)
        template = request.template.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Those of the duration. A template is none: the conventions have it only where it is asked for.
    var ofDuration: Attributes { Attributes(given: pairs()) }

    /// Those of the requests under way, while nothing is known of an answer, and those of the sizes of bodies.
    var withTemplate: Attributes {
        var pairs = pairs()
        if let template { pairs.append(("url.template", .string(template))) }
        return Attributes(given: pairs)
    }

    /// In the order of their names, so that nobody has to sort them.
    private func pairs() -> [(String, AttributeValue)] {
        var pairs: [(String, AttributeValue)] = []
        pairs.reserveCapacity(7)
        if let failure { pairs.append((Operation.errorType, .string(failure))) }
        pairs.append(("http.request.method", .string(method)))
        if let status { pairs.append(("http.response.status_code", .int(status))) }
        if let version { pairs.append(("network.protocol.version", .string(version))) }
        if let server {
            pairs.append(("server.address", .string(server.host)))
            if let port = server.port { pairs.append(("server.port", .int(port))) }
        }
        return pairs
    }
}
