import VitalsMetrics

/// What a pipeline reports on itself: how many spans began, and how many have not ended.
final class SpanCounts: Sendable {
    /// By origin of the parent and by decision.
    private let started: [3 of [3 of Counter<Int>.Series]]
    private let liveRecorded: UpDownCounter<Int>.Series
    private let liveSampled: UpDownCounter<Int>.Series

    init(_ registry: Registry) {
        let meter = registry.meter("vitals")
        let started = meter.counter(
            "otel.sdk.span.started", unit: "{span}",
            description: "The number of created spans, also of those that are not recorded.")
        let live = meter.upDownCounter(
            "otel.sdk.span.live", unit: "{span}",
            description: "The number of created spans that are recorded and have not ended.")
        let decisions = ["DROP", "RECORD_ONLY", "RECORD_AND_SAMPLE"]
        let origins = ["none", "local", "remote"]
        self.started = [3 of [3 of Counter<Int>.Series]] { origin in
            [3 of Counter<Int>.Series] { decision in
                started.with([
                    "otel.span.parent.origin": .string(origins[origin]),
                    "otel.span.sampling_result": .string(decisions[decision]),
                ])
            }
        }
        liveRecorded = live.with(["otel.span.sampling_result": "RECORD_ONLY"])
        liveSampled = live.with(["otel.span.sampling_result": "RECORD_AND_SAMPLE"])
    }

    @inline(__always)
    func started(_ parent: borrowing Context, hasParent: Bool, _ decision: SamplingResult.Decision) {
        let origin = !hasParent ? 0 : parent.isRemote ? 2 : 1
        started[origin][decision.rawValue].addQuietly(1)
        if decision == .recordAndSample {
            liveSampled.addQuietly(1)
        } else if decision == .recordOnly {
            liveRecorded.addQuietly(1)
        }
    }

    @inline(__always)
    func ended(isSampled: Bool) {
        if isSampled { liveSampled.addQuietly(-1) } else { liveRecorded.addQuietly(-1) }
    }
}
