import Synchronization
import VitalsMetrics

/// How far time has come in a stream, which is reported for as long as somebody holds this.
final class Watermark: Sendable {
    /// Unix nanoseconds; zero for none.
    private final class Time: Sendable {
        let value = Atomic<UInt64>(0)
    }

    private let time = Time()
    private let watch: Watch

    init(_ meter: Meter, _ labels: Attributes, _ clock: MetricClock) {
        let lag = meter.observableGauge(
            "processor.watermark.lag", unit: .seconds, description: "How far time in the stream is behind the clock.")
        let timestamp = meter.observableGauge(
            "processor.watermark.timestamp", unit: .seconds, description: "Time in the stream, since 1970.")
        watch = meter.observe(lag, timestamp) { [time] observer in
            let mark = time.value.load(ordering: .relaxed)
            guard mark > 0 else { return }
            let now = clock.now()
            observer.observe(lag, now > mark ? Double(now - mark) / 1e9 : 0, labels)
            observer.observe(timestamp, Double(mark) / 1e9, labels)
        }
    }

    deinit {
        watch.cancel()
    }

    func set(_ time: UInt64) {
        self.time.value.store(time, ordering: .relaxed)
    }
}
