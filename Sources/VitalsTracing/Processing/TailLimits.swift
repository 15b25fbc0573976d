/// How much a tail processor may hold while traces are undecided. What is beyond makes it decide early, of the oldest
/// trace first.
public struct TailLimits: Sendable, Hashable {
    /// Traces that are undecided; of about as many that have been decided it remembers how.
    public var traces = 10_000
    /// Spans of one trace.
    public var spansPerTrace = 1000
    /// Memory that spans take, estimated in bytes.
    public var bytes = 32 << 20
    /// How long a trace may be undecided.
    public var wait: Duration = .seconds(60)

    /// The defaults.
    public init() {}
}
