/// Takes the observations of a callback for one instrument.
public struct Observer<Value: MetricNumber>: Sendable {
    let log: ObservationLog
    let core: InstrumentCore

    /// Observes a value. Of several with the same labels, a gauge reports the last and a counter their sum.
    public func observe(_ value: Value, _ labels: Attributes = [:]) {
        log.observe(value, labels, of: core)
    }
}

extension Observer where Value == Double {
    /// Observes a value.
    public func observe(_ value: Int, _ labels: Attributes = [:]) {
        observe(Double(value), labels)
    }
}
