import AllocationCounter
import VitalsBytes
import VitalsMetrics
import VitalsOTLP

/// Collections that become OTLP requests.
struct Pushing: ~Copyable {
    private let reader: MetricReader
    private var encoder = MetricsEncoder(resource: ["service.name": "bench"])
    private var out = ByteBuffer()

    /// What follows `otlp.encode.`: how many counters, or `histograms.` and how many.
    static func series(_ work: String) -> String? {
        guard work.hasPrefix("otlp.encode.") else { return nil }
        let rest = work.dropFirst("otlp.encode.".count)
        if rest == "histograms.10k" { return "histograms" }
        return ["1k", "10k", "100k"].contains(rest) ? String(rest) : nil
    }

    init(_ rendering: Rendering) {
        reader = MetricReader(rendering.registry)
    }

    /// Collects and encodes once, and tells how many points and bytes there are.
    mutating func encode() -> (points: Int, bytes: Int) {
        out.clear()
        encoder.begin(into: &out)
        do {
            // Without the library's own metrics, which the peers do not have.
            try reader.collect { if $0.scope.name == "bench" { encoder.append($0, to: &out) } }
        } catch {
            fatalError("no collection: \(error)")
        }
        reader.commit()
        return (encoder.end(into: &out), out.count)
    }
}
