public import VitalsMetrics

/// Metrics of the process, its container and malloc, read from the system when somebody collects.
///
/// `Telemetry.start` makes one unless it is told not to. One is enough for a registry: another one observes nothing.
public struct ProcessTelemetry: Sendable {
    private let observation: Observation?

    /// Declares the instruments and observes them until `cancel` is called or the value is let go: keep it.
    public init(meter: Meter = .shared) {
        self.init(meter: meter, ProcessReader())
    }

    init(meter: Meter, _ reader: ProcessReader) {
        guard let claim = meter.claim("process") else {
            observation = nil
            Diagnostics.log(
                .info,
                "the process is observed already: ProcessTelemetry of the meter \(meter.scope.name) observes nothing. "
                    + "Telemetry.start makes one unless metrics.observesProcess of its configuration is false")
            return
        }
        let reader = Locked(reader)
        let watch = ProcessInstruments(meter).observe { reader.withLock { $0.read() } }
        observation = Observation(watch, claim)
    }

    /// Stops observing; the series are no longer reported. Safe to call twice.
    public func cancel() {
        observation?.end()
    }

    /// What ends when nobody holds it: without its claim it would be added to what another one observes.
    private final class Observation: Sendable {
        private let watch: Watch
        private let claim: RegistryClaim

        init(_ watch: Watch, _ claim: RegistryClaim) {
            (self.watch, self.claim) = (watch, claim)
        }

        deinit {
            end()
        }

        func end() {
            watch.cancel()
            claim.release()
        }
    }
}
