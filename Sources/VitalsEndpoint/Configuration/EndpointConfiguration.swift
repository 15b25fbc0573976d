/// Where the endpoint listens, whom it lets in, and how much it takes on.
public struct EndpointConfiguration: Sendable {
    /// A name, an IPv4 or IPv6 address; `localhost` is 127.0.0.1 and ::1, `0.0.0.0` all of IPv4, `::` everything.
    public var host = "localhost"
    /// The port; 0 picks a free one, which `Endpoint.port` tells.
    public var port = 9464
    /// Certificate and key; nil for plain HTTP.
    public var tls: TLS?
    /// Who may read metrics; nil for everyone.
    public var authentication: Authentication?
    /// Whether `/` shows the metrics in a browser; otherwise the path is free for a route.
    public var hasLivePage = true
    /// How much the endpoint takes on.
    public var limits = EndpointLimits()

    /// The defaults: plain HTTP for this machine on port 9464.
    public init() {}
}
