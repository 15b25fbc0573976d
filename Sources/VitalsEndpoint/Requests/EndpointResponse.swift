/// The answer of a route.
public struct EndpointResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The headers in their order.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// A response.
    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Text.
    public static func text(_ text: String, status: Int = 200) -> EndpointResponse {
        EndpointResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// JSON that is written already.
    public static func json(_ json: String, status: Int = 200) -> EndpointResponse {
        EndpointResponse(status: status, headers: [("Content-Type", "application/json")], body: Array(json.utf8))
    }
}
