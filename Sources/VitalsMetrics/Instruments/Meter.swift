/// Declares instruments on behalf of one library or component.
///
/// Declaring the same instrument again gives the same instrument. A declaration that is wrong or contradicts another
/// one gives an instrument that works; what is wrong is logged and counted.
public struct Meter: Sendable {
    let registry: Registry
    /// Who this meter declares for.
    public let scope: InstrumentationScope

    /// A meter of the process-wide registry, for programs that need no other.
    public static let shared = Registry.shared.meter("default")

    func declare(
        _ name: String, _ kind: InstrumentKind, _ number: NumberKind, _ unit: Unit, _ description: String,
        buckets: Buckets? = nil, attributes: Set<String>? = nil
    ) -> InstrumentCore {
        registry.instrument(
            InstrumentDescriptor(
                scope: scope, name: name, kind: kind, number: number, unit: unit,
                words: InstrumentWords(description), buckets: buckets, attributes: attributes))
    }
}

extension Meter {
    /// A sum of integers that only grows.
    public func counter(_ name: String, unit: Unit = .none, description: String = "") -> Counter<Int> {
        counter(name, of: Int.self, unit: unit, description: description)
    }

    /// A sum that only grows.
    public func counter<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = ""
    ) -> Counter<Value> {
        Counter(declare(name, .counter, Value._kind, unit, description))
    }

    /// A sum of integers that grows and shrinks.
    public func upDownCounter(_ name: String, unit: Unit = .none, description: String = "") -> UpDownCounter<Int> {
        upDownCounter(name, of: Int.self, unit: unit, description: description)
    }

    /// A sum that grows and shrinks.
    public func upDownCounter<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = ""
    ) -> UpDownCounter<Value> {
        UpDownCounter(declare(name, .upDownCounter, Value._kind, unit, description))
    }

    /// A value that is set.
    public func gauge(_ name: String, unit: Unit = .none, description: String = "") -> Gauge<Double> {
        gauge(name, of: Double.self, unit: unit, description: description)
    }

    /// A value that is set.
    public func gauge<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = ""
    ) -> Gauge<Value> {
        Gauge(declare(name, .gauge, Value._kind, unit, description))
    }

    /// A distribution. Without `buckets` it has those of OpenTelemetry, from 0 to 10,000, or `.latency` where the unit
    /// is seconds.
    public func histogram(
        _ name: String, unit: Unit = .none, description: String = "", buckets: Buckets? = nil
    ) -> Histogram<Double> {
        histogram(name, of: Double.self, unit: unit, description: description, buckets: buckets)
    }

    /// A distribution.
    public func histogram<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "", buckets: Buckets? = nil
    ) -> Histogram<Value> {
        Histogram(declare(name, .histogram, Value._kind, unit, description, buckets: suited(buckets, unit)))
    }

    /// The bounds of OpenTelemetry are useless for seconds.
    func suited(_ buckets: Buckets?, _ unit: Unit) -> Buckets? {
        buckets ?? (unit == .seconds ? .latency : nil)
    }
}

extension Meter {
    /// Counters by typed labels.
    public func counter<each Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by labels: repeat LabelKey<each Label>
    ) -> CounterFamily<Int, (repeat each Label)> {
        Family(declare(name, .counter, .int, unit, description), repeat each labels)
    }

    /// Counters by typed labels.
    public func counter<Value: MetricNumber, each Label: LabelValue>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        by labels: repeat LabelKey<each Label>
    ) -> CounterFamily<Value, (repeat each Label)> {
        Family(declare(name, .counter, Value._kind, unit, description), repeat each labels)
    }

    /// Up-down counters by typed labels.
    public func upDownCounter<each Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by labels: repeat LabelKey<each Label>
    ) -> UpDownCounterFamily<Int, (repeat each Label)> {
        Family(declare(name, .upDownCounter, .int, unit, description), repeat each labels)
    }

    /// Up-down counters by typed labels.
    public func upDownCounter<Value: MetricNumber, each Label: LabelValue>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        by labels: repeat LabelKey<each Label>
    ) -> UpDownCounterFamily<Value, (repeat each Label)> {
        Family(declare(name, .upDownCounter, Value._kind, unit, description), repeat each labels)
    }

    /// Gauges by typed labels.
    public func gauge<Value: MetricNumber, each Label: LabelValue>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        by labels: repeat LabelKey<each Label>
    ) -> GaugeFamily<Value, (repeat each Label)> {
        Family(declare(name, .gauge, Value._kind, unit, description), repeat each labels)
    }

    /// Histograms by typed labels.
    public func histogram<Value: MetricNumber, each Label: LabelValue>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "", buckets: Buckets? = nil,
        by labels: repeat LabelKey<each Label>
    ) -> HistogramFamily<Value, (repeat each Label)> {
        Family(
            declare(name, .histogram, Value._kind, unit, description, buckets: suited(buckets, unit)),
            repeat each labels)
    }

    /// Gauges by typed labels.
    public func gauge<each Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by labels: repeat LabelKey<each Label>
    ) -> GaugeFamily<Double, (repeat each Label)> {
        Family(declare(name, .gauge, .double, unit, description), repeat each labels)
    }

    /// Histograms by typed labels.
    public func histogram<each Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", buckets: Buckets? = nil,
        by labels: repeat LabelKey<each Label>
    ) -> HistogramFamily<Double, (repeat each Label)> {
        Family(
            declare(name, .histogram, .double, unit, description, buckets: suited(buckets, unit)),
            repeat each labels)
    }
}
