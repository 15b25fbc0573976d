/// The answer to a request of an application's own route.
public struct EndpointResponse: Sendable {
    /// The status, 200 to 599.
    public var status: Int
    /// The headers; length, encoding of the transfer and connection are the endpoint's business and ignored here.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// An answer of bytes.
    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of plain text.
    public static func text(_ text: String, status: Int = 200) -> EndpointResponse {
        EndpointResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// An answer of JSON that was encoded already.
    public static func json(_ text: String, status: Int = 200) -> EndpointResponse {
        EndpointResponse(status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    }

    /// What a client is told of a handler that failed.
    static let internalError = EndpointResponse(
        status: 500,
        headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
        body: Array("internal error\n".utf8))

    /// What keeps the answer from being sent; nil if nothing does.
    var complaint: String? {
        guard (200...599).contains(status) else { return "the status \(status) is not between 200 and 599" }
        guard let header = headers.first(where: { !HeaderText.isSafe($0.name, $0.value) }) else { return nil }
        return "the header '\(header.name.prefix(100).filter { $0.isASCII && !$0.isNewline })' cannot be sent safely"
    }
}
