/// Bounds on what clients can make an endpoint do. The defaults fit a process with 1,024 descriptors.
public struct EndpointLimits: Sendable, Hashable {
    /// Open connections. When there are more, the one that has been silent longest is closed to make room.
    public var connections = 256
    /// Open connections from one address, with the same rule.
    public var connectionsPerAddress = 128
    /// Scrapes that wait or are answered at one time; more are refused with 503.
    public var scrapes = 16
    /// Requests of the program's own routes, and readiness checks, at one time; more are refused with 503.
    public var requests = 128
    /// Bytes of a request's line and headers.
    public var headerBytes = 16 * 1024
    /// Bytes of a request's body.
    public var bodyBytes = 1024 * 1024
    /// How long a connection may go without a complete request.
    public var idleTimeout = Duration.seconds(120)
    /// How long a client may take to fetch a response.
    public var sendTimeout = Duration.seconds(30)
    /// How long readiness checks may take together.
    public var readinessTimeout = Duration.seconds(5)

    /// The defaults.
    public init() {}
}
