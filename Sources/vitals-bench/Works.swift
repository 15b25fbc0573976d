import AllocationCounter
import CVitals
import Synchronization
import VitalsMetrics

/// The work of every benchmark, done with Vitals.
struct Works {
    let threads: Int
    let registry = Registry()

    var meter: Meter { registry.meter("bench") }

    /// The label values of series `index`, the same for every peer.
    static func labels(_ index: Int) -> (method: String, route: String, status: String) {
        let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        let statuses = ["200", "404", "500"]
        return (methods[index % 5], "/api/v1/items/\(index)", statuses[index % 3])
    }

    /// Values log-uniform between 0.001 and 12, the same for every peer.
    static let values: [Double] = {
        var state: UInt64 = 42
        return (0..<1024).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let uniform = Double(state >> 11) / 0x1p53
            return 0.001 * vitals_exp2(uniform * vitals_log2(12000))
        }
    }()

    func operation(_ work: String) -> (@Sendable (Int) -> Void)? {
        switch work {
        case "counter.add":
            let counter = meter.counter("add").with(["a": "b"])
            return { for _ in 0..<$0 { counter.add(1) } }
        case "counter.add.double":
            let counter = meter.counter("add", of: Double.self).with(["a": "b"])
            return { for _ in 0..<$0 { counter.add(1.5) } }
        case "counter.add.labels":
            let counter = meter.counter("labelled")
            let labels = (0..<1000).map { Self.labels($0) }
            return { count in
                var next = 0
                for _ in 0..<count {
                    let (method, route, status) = labels[next]
                    counter.add(1, ["method": .string(method), "route": .string(route), "status": .string(status)])
                    next = next == 999 ? 0 : next + 1
                }
            }
        case "counter.family":
            let family = meter.counter("family", by: .string("method"), .string("route"), .string("status"))
            let labels = (0..<1000).map { Self.labels($0) }
            return { count in
                var next = 0
                for _ in 0..<count {
                    let (method, route, status) = labels[next]
                    family[method, route, status].add(1)
                    next = next == 999 ? 0 : next + 1
                }
            }
        case "gauge.set":
            let gauge = meter.gauge("gauge").with(["a": "b"])
            return { for index in 0..<$0 { gauge.set(Double(index)) } }
        case "histogram.record":
            let histogram = meter.histogram("latency", unit: .seconds, buckets: .latency).with(["a": "b"])
            return record(histogram)
        case "exponential.record":
            return record(meter.histogram("sizes", buckets: .exponential()).with(["a": "b"]))
        default:
            return nil
        }
    }

    private func record(_ histogram: Histogram<Double>.Series) -> @Sendable (Int) -> Void {
        let values = Self.values
        return { count in
            values.withUnsafeBufferPointer { values in
                for index in 0..<count { histogram.record(values[index & 1023]) }
            }
        }
    }

    /// A yardstick: what the machine itself can do.
    static func yardstick(_ who: String, _ work: String) -> (@Sendable (Int) -> Void)? {
        switch (who, work) {
        case ("swift-atomic", "counter.add"):
            let number = Shared()
            return { for _ in 0..<$0 { number.atomic.add(1, ordering: .relaxed) } }
        case ("swift-atomic", "gauge.set"):
            let number = Shared()
            return { for index in 0..<$0 { number.atomic.store(index, ordering: .relaxed) } }
        case ("swift-mutex", "counter.add"):
            let number = Shared()
            return { for _ in 0..<$0 { number.mutex.withLock { $0 &+= 1 } } }
        case ("swift-mutex", "gauge.set"):
            let number = Shared()
            return { for index in 0..<$0 { number.mutex.withLock { $0 = index } } }
        default:
            return nil
        }
    }

    private final class Shared: Sendable {
        let atomic = Atomic<Int>(0)
        let mutex = Mutex(0)
    }

    /// Creates `count` counter series with three labels; adds to each if asked.
    func create(_ count: Int, adding: Bool) -> CounterFamily<Int, String, String, String> {
        raiseLimit()
        let family = meter.counter("requests", by: .string("method"), .string("route"), .string("status"))
        for index in 0..<count {
            let (method, route, status) = Self.labels(index)
            let series = family[method, route, status]
            if adding { series.add(1) }
        }
        return family
    }

    func raiseLimit() {
        var limits = Limits()
        limits.cardinality = 1_000_000
        registry.configure(views: [], limits: limits)
    }

    /// One collection that looks at every point.
    static func snapshot(_ reader: MetricReader) -> UInt64 {
        var total: UInt64 = 0
        do {
            try reader.collect { family in
                for row in family.rows { total &+= row.value }
            }
        } catch {
            print("snapshot: \(error)")
        }
        return total
    }
}
