import VitalsTracing

/// What a server knows of a request before it is answered.
public struct HTTPServerRequest: Sendable {
    /// The method, as it was sent.
    public var method: String
    /// The path, without the query. It goes to the span only.
    public var path: String
    /// The template of the route, such as `/orders/{id}`; nil if there is none, or not yet. Never a path.
    public var route: String?
    /// `http` or `https`.
    public var scheme: String
    /// The query, without its question mark.
    public var query: String?
    /// The headers in their order; names may repeat.
    public var headers: [(String, String)]
    /// The bytes of the body, if they are known; what is negative is not.
    public var bodySize: Int?
    /// The version of HTTP, such as `1.1` or `2`.
    public var protocolVersion: String?
    /// The address of the client.
    public var clientAddress: String?

    /// A request.
    public init(
        method: String, path: String, route: String? = nil, scheme: String = "http", query: String? = nil,
        headers: [(String, String)] = [], bodySize: Int? = nil, protocolVersion: String? = nil,
        clientAddress: String? = nil
    ) {
        self.method = method
        self.path = path
        self.route = route
        self.scheme = scheme
        self.query = query
        self.headers = headers
        self.bodySize = bodySize
        self.protocolVersion = protocolVersion
        self.clientAddress = clientAddress
    }

    /// The first header of that name, whatever its case.
    func header(_ name: String) -> String? {
        headers.first { $0.0.isSameHeader(as: name) }?.1
    }
}
