/// Takes the observations of a callback for several instruments.
public struct BatchObserver: Sendable {
    let log: ObservationLog

    /// Observes a value of one of the instruments that the callback was registered for.
    public func observe<Observed: ObservableInstrument>(
        _ instrument: Observed, _ value: Observed.Value, _ labels: Attributes = [:]
    ) {
        instrument._core { log.observe(value, labels, of: $0) }
    }
}
