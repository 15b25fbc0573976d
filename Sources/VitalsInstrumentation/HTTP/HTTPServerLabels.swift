import VitalsMetrics

/// What the metrics of a request say of it when it was answered.
struct HTTPServerLabels {
    let method: String
    let scheme: String
    /// The version of HTTP, where it is known.
    let version: String?
    /// The template of the route, if there is one.
    let route: String?
    /// The status, if an answer was sent.
    let status: Int?
    /// All of them as a set, made once, for the shapes that have no typed labels; nil for the usual one.
    let unusual: Attributes?

    /// - Parameter failure: What kind of error it was, if it was one.
    init(method: String, scheme: String, version: String?, route: String?, status: Int?, failure: String?) {
        self.method = method
        self.scheme = scheme
        self.version = version
        self.route = route
        self.status = status
        guard route == nil || status == nil || failure != nil else {
            unusual = nil
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
        unusual = Attributes(given: pairs)
    }
}
