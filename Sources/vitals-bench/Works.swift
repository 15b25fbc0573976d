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
            return { count in
                Self.cycling(count) { held in
                    counter.add(
                        1,
                        [
                            "method": .string(held.method), "route": .string(held.route),
                            "status": .string(held.status),
                        ])
                }
            }
        case "counter.family":
            let family = meter.counter("family", by: .string("method"), .string("route"), .string("status"))
            return { count in
                Self.cycling(count) { held in family[held.method, held.route, held.status].add(1) }
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

    /// The labels of one series. Not copyable, so that a loop over them lends the strings, as a caller that holds them
    /// does, and the reference counts of an array's elements are not measured.
    private struct Held: ~Copyable {
        let method: String
        let route: String
        let status: String
    }

    /// Runs `body` with the labels of 1000 series in turn. Each thread has strings of its own, as threads that serve
    /// requests do.
    @inline(__always)
    private static func cycling(_ count: Int, _ body: (borrowing Held) -> Void) {
        let all = UnsafeMutablePointer<Held>.allocate(capacity: 1000)
        for index in 0..<1000 {
            let (method, route, status) = labels(index)
            (all + index).initialize(to: Held(method: method, route: route, status: status))
        }
        var next = 0
        for _ in 0..<count {
            body(all[next])
            next = next == 999 ? 0 : next + 1
        }
        all.deinitialize(count: 1000)
        all.deallocate()
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
    func create(_ count: Int, adding: Bool) -> CounterFamily<Int, (String, String, String)> {
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
