public import VitalsMetrics

/// What a sampler decided.
public struct SamplingResult: Sendable, Hashable {
    /// What becomes of a span.
    public enum Decision: Int, Sendable, Hashable {
        /// It is not recorded. Its context goes onward all the same.
        case drop
        /// It is recorded for processors in this process, but not exported.
        case recordOnly
        /// It is recorded and exported.
        case recordAndSample
    }

    /// What becomes of the span.
    public var decision: Decision
    /// Attributes that the sampler adds to it.
    public var attributes: Attributes
    /// The trace state from here on; nil for that of the parent.
    public var traceState: TraceState?

    /// A decision.
    public init(_ decision: Decision, attributes: Attributes = [:], traceState: TraceState? = nil) {
        self.decision = decision
        self.attributes = attributes
        self.traceState = traceState
    }
}
