public import VitalsMetrics

/// Metrics of the process, its container and the Swift runtime, read from the system when somebody collects.
public struct ProcessTelemetry: Sendable {
    /// Declares the instruments.
    public init(meter: Meter = .shared) {}
}
