import VitalsMetrics

/// What the metrics of a request say of it when it was answered.
struct HTTPServerLabels {
    let method: String
    let scheme: String
    /// The version of HTTP, where it is known.
    let version: String?
    /// The template of the route, if there is one.
    var route: String?
    /// The status, if an answer was sent.
    var status: Int?
    /// What kind of error it was, if it was one.
    var failure: String?

    /// All of them, for the shapes that have no family.
    var attributes: Attributes {
        var pairs: [(String, AttributeValue)] = [
            ("http.request.method", .string(method)), ("url.scheme", .string(scheme)),
        ]
        pairs.reserveCapacity(6)
        if let status { pairs.append(("http.response.status_code", .int(status))) }
        if let route { pairs.append(("http.route", .string(route))) }
        if let version { pairs.append(("network.protocol.version", .string(version))) }
        if let failure { pairs.append((Operation.errorType, .string(failure))) }
        return Attributes(given: pairs)
    }
}
