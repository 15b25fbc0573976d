/// A total that only grows and is kept by someone else: CPU time, bytes read.
public struct ObservableCounter<Value: MetricNumber>: ObservableInstrument {
    /// The instrument.
    public let _reference: _ObservableReference
}
