import VitalsMetrics

/// The routes of the application.
package final class RouteTable: Sendable {
    /// A route and what answers it.
    struct Route: Sendable {
        let method: String
        let pattern: RoutePattern
        let requiresAuthentication: Bool
        let handler: EndpointHandler
    }

    /// What there is at a path.
    enum Found {
        case route(Route, parameters: [String: String])
        case otherMethods([String])
        case nothing
    }

    static let limit = 1000
    private let reserved: [[String]]
    private let routes = Locked<[Route]>([])

    /// An empty table; routes at `reserved` paths are refused.
    package init(reserved: [String]) {
        self.reserved = reserved.map { $0 == "/" ? [""] : [String($0.dropFirst())] }
    }

    /// Adds a route; throws if it is malformed, reserved or there already.
    package func add(
        _ method: String, _ path: String, requiresAuthentication: Bool, _ handler: @escaping EndpointHandler
    ) throws(EndpointError) {
        let pattern = try RoutePattern(path)
        guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy(HeaderText.isToken) else {
            throw .invalidRoute("\(method) \(path)", reason: "'\(method)' is no method")
        }
        if reserved.contains(where: { pattern.match($0) != nil && pattern.segments.allSatisfy(\.isLiteral) }) {
            throw .reservedRoute(path)
        }
        // Requests have the standard ones in capitals.
        let method = method.uppercased()
        let route = Route(
            method: method, pattern: pattern, requiresAuthentication: requiresAuthentication, handler: handler)
        try routes.withLock { routes throws(EndpointError) in
            if routes.contains(where: { $0.method == method && $0.pattern.isSame(as: pattern) }) {
                throw .duplicateRoute(method: method, pattern: path)
            }
            guard routes.count < Self.limit else { throw .tooMany("routes", limit: Self.limit) }
            routes.append(route)
        }
    }

    /// Lets go of the handlers, which may hold whatever holds the endpoint.
    func forget() {
        let former = routes.withLock { routes in
            defer { routes = [] }
            return routes
        }
        // Not under the lock: the last one to hold something ends it.
        _ = former.count
    }

    /// The route for a request; a HEAD is answered by the route of GET unless it has one of its own.
    func find(_ method: String, _ path: [String]) -> Found {
        var best: (Route, [String: String])?
        var methods: Set<String> = []
        for route in routes.withLock({ $0 }) where route.pattern.segments.count == path.count {
            guard let parameters = route.pattern.match(path) else { continue }
            methods.insert(route.method)
            guard route.method == method || (method == "HEAD" && route.method == "GET") else { continue }
            guard let (other, _) = best else {
                best = (route, parameters)
                continue
            }
            if route.pattern.isPreferred(to: other.pattern)
                || (route.method == method && other.method != method && route.pattern.isSame(as: other.pattern))
            {
                best = (route, parameters)
            }
        }
        if let (route, parameters) = best { return .route(route, parameters: parameters) }
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.isEmpty ? .nothing : .otherMethods(methods.sorted())
    }
}
