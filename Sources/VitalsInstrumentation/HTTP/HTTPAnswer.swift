/// What is known of the answer to a request.
public struct HTTPAnswer: Sendable {
    /// The status.
    public var status: Int
    /// The bytes of the body, if they are known; what is negative is not.
    public var bodySize: Int?
    /// The template of the route, where a server finds it while it answers.
    public var route: String?
    /// The version of HTTP, where a client learns it from the answer.
    public var protocolVersion: String?

    /// An answer.
    public init(status: Int, bodySize: Int? = nil, route: String? = nil, protocolVersion: String? = nil) {
        self.status = status
        self.bodySize = bodySize
        self.route = route
        self.protocolVersion = protocolVersion
    }
}
