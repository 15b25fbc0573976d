/// An instrument whose values are asked for when someone reads.
public protocol ObservableInstrument: Sendable {
    /// The kind of number.
    associatedtype Value: MetricNumber
    /// The instrument.
    var _reference: _ObservableReference { get }
}

/// Leads to an observable instrument and to the callback that it was made with.
public struct _ObservableReference: Sendable {
    let instrument: InstrumentReference
    let watch: Watch?
}

extension ObservableInstrument {
    func _core<Result>(_ body: (InstrumentCore) -> Result) -> Result {
        _reference.instrument(body)
    }

    /// Stops the callback that the instrument was made with. Its series are no longer reported.
    public func cancel() {
        _reference.watch?.cancel()
    }
}
