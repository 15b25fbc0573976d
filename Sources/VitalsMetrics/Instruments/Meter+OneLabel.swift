// Families of one label. The general ones would do, but the compiler does not see through a pack of one when such a
// family is used in the expression that declares it.
extension Meter {
    /// Counters by a typed label.
    public func counter<Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by label: LabelKey<Label>
    ) -> CounterFamily<Int, Label> {
        Family(declare(name, .counter, .int, unit, description), label)
    }

    /// Up-down counters by a typed label.
    public func upDownCounter<Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by label: LabelKey<Label>
    ) -> UpDownCounterFamily<Int, Label> {
        Family(declare(name, .upDownCounter, .int, unit, description), label)
    }

    /// Gauges by a typed label.
    public func gauge<Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", by label: LabelKey<Label>
    ) -> GaugeFamily<Double, Label> {
        Family(declare(name, .gauge, .double, unit, description), label)
    }

    /// Histograms by a typed label.
    public func histogram<Label: LabelValue>(
        _ name: String, unit: Unit = .none, description: String = "", buckets: Buckets? = nil, by label: LabelKey<Label>
    ) -> HistogramFamily<Double, Label> {
        Family(declare(name, .histogram, .double, unit, description, buckets: suited(buckets, unit)), label)
    }
}
