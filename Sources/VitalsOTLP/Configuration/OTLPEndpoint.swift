/// The address of a peer: `http://collector:4318`, `https://collector:4317`, for gRPC also `collector:4317` and
/// `unix:/run/collector.sock`.
public struct OTLPEndpoint: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The address as it was given.
    public let text: String
    /// Whether OTLP over HTTP posts to just this URL, instead of to `v1/metrics` and the like below it.
    public let isExact: Bool

    /// A base, below which each kind of telemetry has its path.
    public static func base(_ text: String) -> OTLPEndpoint { OTLPEndpoint(text: text, isExact: false) }

    /// The very URL.
    public static func exact(_ text: String) -> OTLPEndpoint { OTLPEndpoint(text: text, isExact: true) }

    /// A base.
    public init(stringLiteral text: String) { self = .base(text) }

    private init(text: String, isExact: Bool) {
        self.text = text
        self.isExact = isExact
    }

    /// The address as messages show it: without a query and without a user's name and password, which may be secret.
    package var shown: String {
        let text = String(text.prefix { $0 != "?" })
        guard let sign = text.lastIndex(of: "@") else { return text }
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        return start < sign ? text[..<start] + "***" + text[sign...] : "***" + text[sign...]
    }
}
