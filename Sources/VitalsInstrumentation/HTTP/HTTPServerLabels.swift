import VitalsMetrics

/// What the metrics of a request say of it when it was answered.
enum HTTPServerLabels {
    /// Most have a route and no error: the series of those are found by typed labels.
    case usual(method: String, status: Int, route: String, version: String?, scheme: String)
    /// Any others, as a set that is made once.
    case unusual(Attributes)

    /// - Parameters:
    ///   - version: The version of HTTP, where it is known.
    ///   - route: The template of the route, if there is one.
    ///   - status: The status, if an answer was sent.
    ///   - failure: What kind of error it was, if it was one.
    init(method: String, scheme: String, version: String?, route: String?, status: Int?, failure: String?) {
        if let status, let route, failure == nil {
            self = .usual(method: method, status: status, route: route, version: version, scheme: scheme)
            return
        }
        // In the order of their names, so that nobody has to sort them.
        var pairs: [(String, AttributeValue)] = []
        pairs.reserveCapacity(6)
        if let failure { pairs.append((Operation.errorType, .string(failure))) }
        pairs.append(("http.request.method", .string(method)))
        if let status { pairs.append(("http.response.status_code", .int(status))) }
        if let route { pairs.append(("http.route", .string(route))) }
        if let version { pairs.append(("network.protocol.version", .string(version))) }
        pairs.append(("url.scheme", .string(scheme)))
        self = .unusual(Attributes(given: pairs))
    }
}
