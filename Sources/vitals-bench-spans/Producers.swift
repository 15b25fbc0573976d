import CVitals
import Glibc
import VitalsMetrics
import VitalsTracing

/// What the threads did that make spans.
struct Producers: Sendable {
    var count = 0
    var ended = 0
    var seconds = 0.0

    mutating func add(_ ended: Int, _ seconds: Double) {
        count += 1
        self.ended += ended
        self.seconds += seconds
    }
}

/// Makes spans, `rate` in each second, a few at a time; returns how many.
func produce(_ tracer: Tracer, _ rate: Int, until end: UInt64) -> Int {
    let began = vitals_monotonic_nanoseconds()
    var ended = 0
    while true {
        let now = vitals_monotonic_nanoseconds()
        guard now < end else { return ended }
        let due = Int(Double(now &- began) * Double(rate) / 1e9)
        while ended < due {
            tracer.withSpan(
                "checkout",
                attributes: [
                    "http.request.method": "GET", "url.path": "/orders/1", "http.response.status_code": 200,
                ]
            ) { _ in }
            ended += 1
        }
        vitals_sleep(500_000)
    }
}

func processorSeconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
