/// A request of an application's own route.
public struct EndpointRequest: Sendable {
    /// The method, such as `GET`.
    public let method: String
    /// The decoded path, such as `/orders/42`.
    public let path: String
    /// The pattern of the route, such as `/orders/{id}`: few and known, so it can be a label.
    public let route: String
    /// The decoded parameters of the pattern by name.
    public let parameters: [String: String]
    /// The decoded names and values of the query, in their order.
    public let query: [(name: String, value: String)]
    /// The query as it was sent, without its question mark; nil if there was none.
    public let rawQuery: String?
    /// `http` or `https`.
    public let scheme: String
    /// The version of HTTP: `1.0` or `1.1`.
    public let protocolVersion: String
    /// The headers in their order; names may repeat.
    public let headers: [(name: String, value: String)]
    /// The body; empty if there was none.
    public let body: [UInt8]
    /// The address of the client, without its port.
    public let remoteAddress: String
    let exchange: Exchange

    /// The status that the client was told already, as after a timeout; zero if its connection was closed, nil if it waits.
    package var answered: Int? { exchange.answer?.code }

    /// What the client gets for a response: an internal error for one that cannot be sent.
    package func checked(_ response: EndpointResponse) -> EndpointResponse {
        exchange.connection.daemon.server.checked(response, of: "\(method) \(route)")
    }

    /// The first header of that name, in whatever case it was sent.
    public func header(_ name: String) -> String? {
        headers.first { HeaderText.isSame($0.name, name) }?.value
    }

    /// The first value of that name in the query.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}
