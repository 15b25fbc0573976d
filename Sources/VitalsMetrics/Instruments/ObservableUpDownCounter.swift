/// A total that grows and shrinks and is kept by someone else: memory in use.
public struct ObservableUpDownCounter<Value: MetricNumber>: ObservableInstrument {
    /// The instrument.
    public let _reference: _ObservableReference
}
