public import VitalsTracing

/// Which traces are exported once they are over, though the sampler did not want them. Every span is recorded for that.
public struct TailConfiguration: Sendable, Hashable {
    /// Traces that take longer in this process are exported; nil if it does not matter how long they take.
    public var slowerThan: Duration?
    /// Whether traces are exported in which a span failed.
    public var keepsErrors = true
    /// How much may wait until its trace is over.
    public var limits = TailLimits()

    /// Traces with an error, and those that take longer than `slowerThan`.
    public init(slowerThan: Duration? = nil) {
        self.slowerThan = slowerThan
    }
}
