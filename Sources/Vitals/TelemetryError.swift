/// Why telemetry did not start.
public enum TelemetryError: Error, CustomStringConvertible {
    /// The registry has running telemetry.
    case alreadyStarted

    /// What went wrong and what to do.
    public var description: String {
        switch self {
        case .alreadyStarted:
            "telemetry is running already: shut it down first, or give this one a registry of its own"
        }
    }
}
