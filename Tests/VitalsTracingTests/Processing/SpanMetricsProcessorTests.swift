import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite("Metrics from spans")
struct SpanMetricsProcessorTests {
    private func attributes(_ name: AttributeValue, _ kind: AttributeValue, _ status: AttributeValue) -> Attributes {
        ["span.name": name, "span.kind": kind, "status.code": status]
    }

    @Test("count spans by name, kind and status, sampled or not", arguments: [Sampler.alwaysOn, .alwaysOff])
    func counts(sampler: Sampler) {
        let reader = InMemoryReader()
        let tracer = Traced([SpanMetricsProcessor(reader.registry)], sampler: sampler).tracer
        let kinds: [(SpanKind, AttributeValue)] = [
            (.internal, "SPAN_KIND_INTERNAL"), (.server, "SPAN_KIND_SERVER"), (.client, "SPAN_KIND_CLIENT"),
            (.producer, "SPAN_KIND_PRODUCER"), (.consumer, "SPAN_KIND_CONSUMER"),
        ]
        let statuses: [(SpanStatus, AttributeValue)] = [
            (.unset, "STATUS_CODE_UNSET"), (.ok, "STATUS_CODE_OK"), (.error("no"), "STATUS_CODE_ERROR"),
        ]
        for (kind, _) in kinds {
            for (status, _) in statuses {
                for _ in 0..<2 {
                    let span = tracer.startSpan("work", kind: kind, at: 1_000_000_000)
                    span.setStatus(status)
                    span.updateName("renamed")
                    span.end(at: 1_250_000_000)
                }
            }
        }
        let metrics = reader.collect()
        #expect(metrics["traces.span.metrics.calls"]?.points.count == 15)
        #expect(metrics["traces.span.metrics.duration"]?.unit == .seconds)
        for (_, kind) in kinds {
            for (_, status) in statuses {
                let series = attributes("renamed", kind, status)
                #expect(metrics["traces.span.metrics.calls"]?[series]?.int == 2)
                let durations = metrics["traces.span.metrics.duration"]?[series]?.histogram
                #expect(durations?.count == 2)
                #expect(durations?.sum == 0.5)
            }
        }
    }

    @Test("take a span that ends before it begins for one of no length")
    func backwards() {
        let reader = InMemoryReader()
        let tracer = Traced([SpanMetricsProcessor(reader.registry)]).tracer
        tracer.startSpan("work", at: 2_000_000_000).end(at: 1_000_000_000)
        let durations = reader.histogram(
            "traces.span.metrics.duration", attributes("work", "SPAN_KIND_INTERNAL", "STATUS_CODE_UNSET"))
        #expect(durations?.sum == 0)
        #expect(durations?.count == 1)
    }

    @Test("have sampled spans as exemplars, and no others")
    func exemplars() {
        let reader = InMemoryReader()
        let byName = Sampler("by name") { SamplingResult($0.name == "unwanted" ? .drop : .recordAndSample) }
        let keeper = SpanKeeper()
        let tracer = Traced([SpanMetricsProcessor(reader.registry), keeper], sampler: byName).tracer
        tracer.withSpan("wanted") { _ in tracer.withSpan("unwanted") { _ in } }
        let metrics = reader.collect()
        for metric in ["traces.span.metrics.calls", "traces.span.metrics.duration"] {
            for point in metrics[metric]?.points ?? [] {
                guard point.attributes["span.name"] == "wanted" else {
                    #expect(point.exemplars.isEmpty)
                    continue
                }
                let context = point.exemplars.first?.context
                let span = keeper.spans.last?.context
                #expect(span?.isSampled == true)
                #expect(context?.traceID.low == span?.traceID.low)
                #expect(context?.traceID.high == span?.traceID.high)
                #expect(context?.spanID == span?.spanID.value)
            }
        }
    }

    @Test("do not have more series than the registry's limit, but lose no span")
    func bounded() {
        var limits = Limits()
        limits.cardinality = 10
        let reader = InMemoryReader(limits: limits)
        let traced = Traced([SpanMetricsProcessor(reader.registry)], sampler: .alwaysOff)
        for index in 0..<100 { traced.spans(1, "order \(index)") }
        let points = reader.collect()["traces.span.metrics.calls"]?.points ?? []
        #expect(points.count == 11)
        #expect(points.reduce(0) { $0 + ($1.int ?? 0) } == 100)
    }
}
