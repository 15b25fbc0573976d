public import VitalsEndpoint
public import VitalsOTLP

/// Why telemetry did not start.
public enum TelemetryError: Error, Equatable, CustomStringConvertible {
    /// The registry, or the tracer provider, has running telemetry.
    case alreadyStarted
    /// The endpoint for metrics did not start.
    case endpoint(EndpointError)
    /// The push of metrics did not start.
    case push(OTLPError)
    /// The push of spans did not start.
    case traces(OTLPError)

    /// What went wrong and what to do.
    public var description: String {
        switch self {
        case .alreadyStarted:
            "telemetry is running already: shut it down first, or give this one a registry of its own, and a tracer "
                + "provider if it has traces"
        case .endpoint(let error):
            "metrics cannot be fetched: \(error)"
        case .push(let error):
            "metrics cannot be pushed: \(error)"
        case .traces(let error):
            "spans cannot be pushed: \(error)"
        }
    }
}
