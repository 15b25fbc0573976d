/// Bounds on what a registry keeps, all in one place.
public struct Limits: Sendable {
    /// How many series a stream may have; further ones share the overflow series.
    public var cardinality = 2000
    /// After how long without a measurement a series is removed, or nil to keep series for ever. A handle to a removed
    /// series records nowhere: look series up by their labels where they may expire.
    public var idleExpiry: Duration?
    /// How long all callbacks of one collection may take together.
    public var callbackTimeout: Duration = .seconds(5)
    /// How many callbacks a registry may have.
    public var callbacks = 10_000
    /// How many instruments a registry may have; further ones work, but are not reported.
    public var instruments = 10_000

    /// The defaults.
    public init() {}
}
