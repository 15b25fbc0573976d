import Synchronization
public import VitalsMetrics

/// Reads metrics in a test: `#expect(reader.counter("orders.placed", ["method": "card"]) == 3)`.
///
/// Each question collects anew. With delta temporality each question would move the baseline of the next, so ask
/// `collect()` once there and look at what it returns.
public final class InMemoryReader: Sendable {
    /// The registry that is read. Make instruments with `reader.meter`.
    public let registry: Registry
    private let reader: MetricReader

    /// Reads a registry of its own, so that tests run side by side.
    public convenience init(
        temporality: Temporality = .cumulative, views: [View] = [], limits: Limits = Limits(),
        clock: MetricClock = .system
    ) {
        let registry = Registry(limits: limits, clock: clock)
        if !views.isEmpty { registry.configure(views: views, limits: limits) }
        self.init(registry, temporality: temporality)
    }

    /// Reads `registry`.
    public init(_ registry: Registry, temporality: Temporality = .cumulative) {
        self.registry = registry
        reader = MetricReader(registry, temporality: temporality, component: "in_memory_metric_reader")
    }

    /// A meter of the registry.
    public func meter(_ name: String = "test", version: String = "") -> Meter {
        registry.meter(name, version: version)
    }

    /// Collects and acknowledges: everything there is to report now. Empty after `shutdown`.
    public func collect() -> CollectedMetrics {
        let collected = collectWithoutCommit()
        commit()
        return collected
    }

    /// Collects without acknowledging, as when an export fails: changes will be reported again.
    public func collectWithoutCommit() -> CollectedMetrics {
        do {
            return try CollectedMetrics(collecting: reader)
        } catch {
            return CollectedMetrics(metrics: [])
        }
    }

    /// Acknowledges the last collection.
    public func commit() {
        reader.commit()
    }

    /// Detaches the reader from the registry.
    public func shutdown() {
        reader.shutdown()
    }

    /// The value of a counter's or up-down counter's series, or nil if there is none.
    public func counter(_ name: String, _ attributes: Attributes = [:]) -> Double? {
        collect()[name]?[attributes]?.number
    }

    /// The value of a gauge's series, or nil if there is none.
    public func gauge(_ name: String, _ attributes: Attributes = [:]) -> Double? {
        collect()[name]?[attributes]?.number
    }

    /// The point of a histogram's series, or nil if there is none.
    public func histogram(_ name: String, _ attributes: Attributes = [:]) -> CollectedHistogram? {
        collect()[name]?[attributes]?.histogram
    }

    /// The point of an exponential histogram's series, or nil if there is none.
    public func exponentialHistogram(_ name: String, _ attributes: Attributes = [:]) -> CollectedExponential? {
        collect()[name]?[attributes]?.exponential
    }
}
