import CVitals
import VitalsBytes
import VitalsMetrics
import VitalsOTLP

/// Collections of a registry with many series, encoded as requests of OTLP.
struct Pushing: ~Copyable {
    private let reader: MetricReader
    private var encoder = MetricsEncoder(resource: ["service.name": "bench"])
    private var out = ByteBuffer()

    /// Makes the series that `otlp.encode.` is followed by: `10k` or `histograms.10k`. Nil if there is no such work.
    init?(_ series: Substring) {
        let registry = Registry()
        var limits = Limits()
        limits.cardinality = 1_000_000
        registry.configure(views: [], limits: limits)
        switch series {
        case "1k": Self.fill(registry.meter("bench"), counters: 1000)
        case "10k": Self.fill(registry.meter("bench"), counters: 10_000)
        case "100k": Self.fill(registry.meter("bench"), counters: 100_000)
        case "histograms.10k": Self.fill(registry.meter("bench"), histograms: 10_000)
        default: return nil
        }
        reader = MetricReader(registry)
    }

    /// Collects and encodes once, and tells how many points and bytes there are. No points if that failed.
    mutating func encode() -> (points: Int, bytes: Int) {
        out.clear()
        encoder.begin(into: &out)
        do {
            // Without the library's own metrics, which the peers do not have.
            try reader.collect { if $0.scope.name == "bench" { encoder.append($0, to: &out) } }
        } catch {
            print("vitals-bench-otlp: no collection: \(error)")
            return (0, 0)
        }
        reader.commit()
        return (encoder.end(into: &out), out.count)
    }

    private static func fill(_ meter: Meter, counters: Int) {
        let family = meter.counter(
            "http.requests", description: "HTTP requests answered.", by: .string("method"), .string("route"),
            .string("status"))
        for index in 0..<counters {
            let (method, route, status) = labels(index)
            family[method, route, status].add(index + 1)
        }
    }

    private static func fill(_ meter: Meter, histograms: Int) {
        let family = meter.histogram(
            "http.request.duration", unit: .seconds, description: "Time taken to answer an HTTP request.",
            buckets: .latency, by: .string("method"), .string("route"), .string("status"))
        let values = values()
        for index in 0..<histograms {
            let (method, route, status) = labels(index)
            for value in 0..<16 { family[method, route, status].record(values[(index * 16 + value) & 1023]) }
        }
    }

    /// The label values of series `index`, the same for every peer.
    private static func labels(_ index: Int) -> (method: String, route: String, status: String) {
        let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        let statuses = ["200", "404", "500"]
        return (methods[index % 5], "/api/v1/items/\(index)", statuses[index % 3])
    }

    /// Values log-uniform between 0.001 and 12, the same for every peer.
    private static func values() -> [Double] {
        var state: UInt64 = 42
        return (0..<1024).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let uniform = Double(state >> 11) / 0x1p53
            return 0.001 * vitals_exp2(uniform * vitals_log2(12000))
        }
    }
}
