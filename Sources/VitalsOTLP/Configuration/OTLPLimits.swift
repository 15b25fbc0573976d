/// Bounds on what is sent and received.
public struct OTLPLimits: Sendable, Equatable {
    /// The bytes of a request before it is packed; larger ones are sent in parts.
    public var requestBytes = 64 << 20
    /// The bytes of a response after it was unpacked; larger ones are errors.
    public var responseBytes = 4 << 20

    /// The defaults of OpenTelemetry.
    public init() {}
}
