/// A request to a route of the program.
public struct EndpointRequest: Sendable {
    /// The method: GET, POST.
    public let method: String
    /// The path as it was sent, without the query.
    public let path: String
    /// The route that matched: `/orders/{id}`.
    public let route: String
    /// What stands in the path for the names in the route.
    public let parameters: [String: String]
    /// The query, decoded, in its order.
    public let query: [(name: String, value: String)]
    /// The headers in their order; a name may come more than once.
    public let headers: [(name: String, value: String)]
    /// The body.
    public let body: [UInt8]
    /// The address of the client.
    public let remoteAddress: String

    /// The first header of a name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The first value of a name in the query.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}
