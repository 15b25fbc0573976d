/// How much the endpoint takes on; the defaults fit a process with 1,024 descriptors.
///
/// Values that make no sense are brought to the nearest one that does.
public struct EndpointLimits: Sendable, Equatable {
    /// Connections at once; beyond that the one that has waited longest for a request makes room.
    public var connections = 256
    /// Connections at once from one IPv4 address or one /64 of IPv6.
    public var connectionsPerAddress = 128
    /// Scrapes that wait or are being answered; beyond that the answer is 503.
    public var scrapes = 16
    /// Requests of the application's own routes and of `/readyz` at once; beyond that the answer is 503.
    public var requests = 64
    /// Bytes for the request line and headers of a connection, with what it takes to keep them.
    public var headerBytes = 32_768
    /// Bytes of a request's body; beyond that the answer is 413.
    public var bodyBytes = 1_048_576
    /// How long a connection may wait for its next request.
    public var idleTimeout = Duration.seconds(180)
    /// How long a request may take to arrive.
    public var requestTimeout = Duration.seconds(30)
    /// How long an answer may take to be made, apart from what a scraper asks for.
    public var answerTimeout = Duration.seconds(60)
    /// How long a client may take to fetch its answer.
    public var sendTimeout = Duration.seconds(30)
    /// How long all readiness checks together may take.
    public var readinessTimeout = Duration.seconds(5)

    /// The defaults.
    public init() {}

    /// The same with values that make sense.
    var sane: EndpointLimits {
        var limits = self
        limits.connections = min(max(connections, 1), 1_000_000)
        limits.connectionsPerAddress = min(max(connectionsPerAddress, 1), limits.connections)
        limits.scrapes = min(max(scrapes, 1), 10_000)
        limits.requests = min(max(requests, 1), 100_000)
        limits.headerBytes = min(max(headerBytes, 4096), 1 << 24)
        limits.bodyBytes = min(max(bodyBytes, 0), 1 << 30)
        return limits
    }
}
