/// A value that is kept by someone else: idle connections, a temperature.
public struct ObservableGauge<Value: MetricNumber>: ObservableInstrument {
    /// The instrument.
    public let _reference: _ObservableReference
}
