import CVitals
import VitalsMetrics

private final class Busy: Sendable {
    let series: Counter<Int>.Series

    init(_ series: Counter<Int>.Series) {
        self.series = series
    }
}

/// Adds to a series on a thread of its own until the process ends.
func keepBusy(_ series: Counter<Int>.Series) {
    _ = vitals_thread_start(
        { pointer in
            let series = Unmanaged<Busy>.fromOpaque(pointer).takeRetainedValue().series
            while true { series.add(1) }
        }, Unmanaged.passRetained(Busy(series)).toOpaque(), "busy")
}
