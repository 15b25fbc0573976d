/// What an endpoint serves, by method and path.
struct RouteTable: Sendable {
    enum Action: Sendable {
        case metrics
        case health
        case readiness
        case page
        case own(EndpointHandler)
    }

    struct Route: Sendable {
        let method: String
        let pattern: RoutePattern
        let action: Action
        let requiresAuthentication: Bool
    }

    enum Match {
        case found(Route, parameters: [String: String])
        /// The path is served, by other methods.
        case otherMethod(allowed: [String])
        case absent
    }

    private(set) var routes: [Route] = []

    /// What every endpoint serves.
    init(builtIn hasPage: Bool) {
        func add(_ path: String, _ action: Action, _ requiresAuthentication: Bool) {
            guard let pattern = try? RoutePattern(path) else { return }
            routes.append(
                Route(method: "GET", pattern: pattern, action: action, requiresAuthentication: requiresAuthentication))
        }
        add("/metrics", .metrics, true)
        add("/healthz", .health, false)
        add("/readyz", .readiness, false)
        if hasPage { add("/", .page, true) }
    }

    mutating func add(_ route: Route) throws(EndpointError) {
        let isTaken = routes.contains { $0.method == route.method && $0.pattern.isSame(as: route.pattern) }
        guard !isTaken else {
            throw .invalidRoute("\(route.method) \(route.pattern.text)", reason: "there is such a route already")
        }
        let place = routes.firstIndex { route.pattern.precedes($0.pattern) }
        routes.insert(route, at: place ?? routes.count)
    }

    func find(_ method: String, _ path: String) -> Match? {
        var segments: [String] = []
        for part in RoutePattern.split(path) {
            guard let segment = RequestText.decoded(part) else { return nil }
            segments.append(segment)
        }
        // Where there is GET there is HEAD.
        let sought = method == "HEAD" ? "GET" : method
        var allowed: [String] = []
        for route in routes {
            guard let parameters = route.pattern.match(segments) else { continue }
            if route.method == sought || (route.method == method) { return .found(route, parameters: parameters) }
            allowed.append(route.method)
            if route.method == "GET" { allowed.append("HEAD") }
        }
        return allowed.isEmpty ? .absent : .otherMethod(allowed: Array(Set(allowed)).sorted())
    }
}

/// Answers the requests of one route.
public typealias EndpointHandler = @Sendable (EndpointRequest) async throws -> EndpointResponse
