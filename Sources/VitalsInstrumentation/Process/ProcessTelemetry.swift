public import VitalsMetrics

/// Metrics of the process, its container and malloc, read from the system when somebody collects.
///
/// `Telemetry.start` makes one unless it is told not to. One is enough for a registry: another one observes nothing.
public struct ProcessTelemetry: Sendable {
    private let watch: Watch?
    private let claim: RegistryClaim?

    /// Declares the instruments and observes them until `cancel` is called, also when the value is let go.
    public init(meter: Meter = .shared) {
        self.init(meter: meter, ProcessReader())
    }

    init(meter: Meter, _ reader: ProcessReader) {
        claim = meter.claim("process")
        guard claim != nil else {
            watch = nil
            Diagnostics.log(
                .info,
                "the process is observed already: ProcessTelemetry of the meter \(meter.scope.name) observes nothing. "
                    + "Telemetry.start makes one unless metrics.observesProcess of its configuration is false")
            return
        }
        let reader = Locked(reader)
        watch = ProcessInstruments(meter).observe { reader.withLock { $0.read() } }
    }

    /// Stops observing; the series are no longer reported. Safe to call twice.
    public func cancel() {
        watch?.cancel()
        claim?.release()
    }
}
