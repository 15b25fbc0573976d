import AllocationCounter
import CVitals
import Glibc
import VitalsMetrics
import VitalsPrometheus

/// Renderings of a registry with many series.
struct Rendering {
    let registry = Registry()
    let renderer: PrometheusRenderer

    /// Without the labels of the scope, which the peers do not have.
    init() {
        var options = PrometheusOptions()
        options.hasScopeLabels = false
        renderer = PrometheusRenderer(registry, options: options)
        var limits = Limits()
        limits.cardinality = 1_000_000
        registry.configure(views: [], limits: limits)
    }

    /// What follows `render.`: a format, a dot, and what is rendered.
    static func parse(_ work: String) -> (accept: String, encoding: String?, series: String)? {
        let parts = work.split(separator: ".").map(String.init)
        guard parts.count == 3, parts[0] == "render", ["1k", "10k", "100k", "histograms"].contains(parts[2]) else {
            return nil
        }
        switch parts[1] {
        case "text": return ("text/plain;version=0.0.4", nil, parts[2])
        case "gzip": return ("text/plain;version=0.0.4", "gzip", parts[2])
        case "openmetrics": return ("application/openmetrics-text;version=1.0.0", nil, parts[2])
        case "protobuf":
            let type = "application/vnd.google.protobuf"
            return ("\(type);proto=io.prometheus.client.MetricFamily;encoding=delimited", nil, parts[2])
        default: return nil
        }
    }

    /// Makes the series.
    func fill(_ series: String) {
        let meter = registry.meter("bench")
        if series == "histograms" {
            let family = meter.histogram(
                "http.request.duration", unit: .seconds, description: "Time taken to answer an HTTP request.",
                buckets: .latency, by: .string("method"), .string("route"), .string("status"))
            for index in 0..<10_000 {
                let (method, route, status) = Works.labels(index)
                for value in 0..<16 { family[method, route, status].record(Works.values[(index * 16 + value) & 1023]) }
            }
        } else {
            let family = meter.counter(
                "http.requests", description: "HTTP requests answered.", by: .string("method"), .string("route"),
                .string("status"))
            for index in 0..<(count(of: series, after: "") ?? 0) {
                let (method, route, status) = Works.labels(index)
                family[method, route, status].add(index + 1)
            }
        }
    }

    /// Renders once and tells the size.
    func render(_ accept: String? = nil, _ encoding: String? = nil) -> Int {
        do {
            return try renderer.render(accept: accept, acceptEncoding: encoding).bytes.count
        } catch {
            fatalError("no rendering: \(error)")
        }
    }

    /// How far resident memory grows, at its peak, while `body` runs; in megabytes of 2²⁰ bytes.
    static func peakGrowth(_ body: () -> Void) -> Double {
        let before = residentMegabytes(field: "VmRSS:")
        guard let file = fopen("/proc/self/clear_refs", "w") else { return .nan }
        fputs("5", file)
        fclose(file)
        body()
        return max(0, residentMegabytes(field: "VmHWM:") - before)
    }
}

/// Renders 100,000 counters again and again on a thread of its own, until the process ends.
func keepRendering(_ rendering: Rendering) {
    _ = vitals_thread_start(
        { pointer in
            let rendering = Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().rendering
            while true { _ = rendering.render() }
        }, Unmanaged.passRetained(Box(rendering)).toOpaque(), "scraper")
}

private final class Box: Sendable {
    let rendering: Rendering

    init(_ rendering: Rendering) {
        self.rendering = rendering
    }
}

extension Rendering: Sendable {}
