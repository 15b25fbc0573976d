import Testing
import VitalsOTLP
import VitalsTracing

@testable import Vitals

/// What the environment says about traces.
@Suite struct TraceVariableTests {
    @Test func withNothingSetSpansGoNowhere() {
        let read = Said.configuration([:])
        let traces = read.configuration.traces
        #expect(!traces.isRecording)
        #expect(traces.push == nil && !traces.console && traces.sampler == nil)
        #expect(traces.limits == SpanLimits())
        #expect(traces.batch == SpanBatchConfiguration())
        #expect(traces.provider === TracerProvider.shared)
        #expect(read.configuration.propagator == nil)
        #expect(read.warnings == [])
    }

    @Test(
        arguments: [
            // Where spans go: the exporters, an endpoint; pushed, shown.
            (nil, nil, false, false),
            (nil, "http://c", true, false),
            ("", "http://c", true, false),
            ("otlp", nil, true, false),
            ("console", "http://c", false, true),
            (" Console , otlp,otlp", nil, true, true),
            ("none", "http://c", false, false),
            (",", "http://c", true, false),
        ] as [(String?, String?, Bool, Bool)])
    func exportersAreJustThoseThatAreListed(exporters: String?, endpoint: String?, isPushed: Bool, isShown: Bool) {
        var variables: [String: String] = [:]
        variables["OTEL_TRACES_EXPORTER"] = exporters
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
        let read = Said.configuration(variables)
        #expect((read.configuration.traces.push != nil) == isPushed)
        #expect(read.configuration.traces.console == isShown)
        #expect(read.configuration.console == nil)
        #expect(read.configuration.traces.isRecording == (isPushed || isShown))
        #expect(read.warnings == [])
    }

    @Test(arguments: [
        ("otlp,zipkin", true, "in which \"zipkin\" is not otlp, console or none: that part is ignored"),
        ("jaeger", false, "in which \"jaeger\" is not otlp, console or none: that part is ignored"),
        ("none,otlp", true, "which has none beside others: the others count"),
    ])
    func exportersThatNobodyKnowsAreReported(text: String, isPushed: Bool, warning: String) {
        let read = Said.configuration(["OTEL_TRACES_EXPORTER": text])
        #expect((read.configuration.traces.push != nil) == isPushed)
        #expect(read.warnings == ["OTEL_TRACES_EXPORTER is \"\(text)\", \(warning)"])
    }

    @Test func variablesOfTheSignalBeatTheGeneralOnes() {
        let traces = Said.configuration([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://all", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://spans/here",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_HEADERS": "a=1",
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "500",
        ]).configuration.traces
        #expect(traces.push?.endpoint == .exact("http://spans/here"))
        #expect(traces.push?.transport == .httpJSON)
        #expect(traces.push?.headers == ["a": "1"])
        #expect(traces.push?.timeout == .milliseconds(500))
    }

    @Test func theEndpointOfTheSignalAloneTurnsOnlyItsPushOn() {
        let spans = Said.configuration(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/t"]).configuration
        #expect(spans.traces.push?.endpoint == .exact("http://c/t"))
        #expect(spans.push == nil)
        let metrics = Said.configuration(["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c/m"]).configuration
        #expect(metrics.traces.push == nil)
    }

    @Test func theConsoleShowsSpansBesideWhatElseIsOn() {
        let read = Said.configuration(["OTEL_CONSOLE_ENABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"]).configuration
        #expect(read.traces.console && read.traces.push != nil && read.console != nil)
        #expect(Said.configuration(["OTEL_CONSOLE_ENABLED": "true"]).configuration.traces.console)
    }

    @Test(
        arguments: [
            ("always_on", nil, "AlwaysOnSampler"),
            ("ALWAYS_OFF", "0.5", "AlwaysOffSampler"),
            ("traceidratio", nil, Sampler.ratio(1).description),
            ("traceidratio", "0.25", Sampler.ratio(0.25).description),
            ("parentbased_always_on", "x", Sampler.parentBased(root: .alwaysOn).description),
            ("parentbased_always_off", nil, Sampler.parentBased(root: .alwaysOff).description),
            ("parentbased_traceidratio", "1e-2", Sampler.parentBased(root: .ratio(0.01)).description),
            ("parentbased_traceidratio", "0", Sampler.parentBased(root: .ratio(0)).description),
        ] as [(String, String?, String)])
    func theSamplerIsOneOfSix(name: String, argument: String?, sampler: String) {
        // It beats the rate.
        var variables = ["OTEL_TRACES_SAMPLER": name, "OTEL_SAMPLING_RATE": "0.75"]
        variables["OTEL_TRACES_SAMPLER_ARG"] = argument
        let read = Said.configuration(variables)
        #expect(read.configuration.traces.sampler?.description == sampler)
        #expect(read.warnings == [])
    }

    @Test(
        arguments: [
            (
                ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"], Sampler.ratio(1).description,
                "OTEL_TRACES_SAMPLER_ARG is \"2\", which is no number from 0 to 1: 1 counts"
            ),
            (
                ["OTEL_TRACES_SAMPLER": "jaeger_remote", "OTEL_SAMPLING_RATE": "0.5"],
                Sampler.parentBased(root: .ratio(0.5)).description,
                "OTEL_TRACES_SAMPLER is \"jaeger_remote\", which is not always_on, always_off, traceidratio, "
                    + "parentbased_always_on, parentbased_always_off or parentbased_traceidratio: OTEL_SAMPLING_RATE counts"
            ),
            (
                ["OTEL_TRACES_SAMPLER": "often"], nil,
                "OTEL_TRACES_SAMPLER is \"often\", which is not always_on, always_off, traceidratio, "
                    + "parentbased_always_on, parentbased_always_off or parentbased_traceidratio: the rate of the deployment "
                    + "environment counts"
            ),
            (
                ["OTEL_TRACES_SAMPLER": "Always_On", "OTEL_SAMPLING_RATE": "-1"], "AlwaysOnSampler",
                "OTEL_SAMPLING_RATE is \"-1\", which is no number from 0 to 1: OTEL_TRACES_SAMPLER counts"
            ),
            (
                ["OTEL_TRACES_SAMPLER": "", "OTEL_SAMPLING_RATE": "-1"], nil,
                "OTEL_SAMPLING_RATE is \"-1\", which is no number from 0 to 1: the rate of the deployment environment counts"
            ),
            (
                ["OTEL_SAMPLING_RATE": "10%"], nil,
                "OTEL_SAMPLING_RATE is \"10%\", which is no number from 0 to 1: the rate of the deployment environment counts"
            ),
        ] as [([String: String], String?, String)])
    func whatCannotDecideIsReported(variables: [String: String], sampler: String?, warning: String) {
        let read = Said.configuration(variables)
        #expect(read.configuration.traces.sampler?.description == sampler)
        #expect(read.warnings == [warning])
    }

    @Test func ofASamplerAndARateThatCannotBeNeitherCounts() {
        let read = Said.configuration(["OTEL_TRACES_SAMPLER": "often", "OTEL_SAMPLING_RATE": "2"])
        #expect(read.configuration.traces.sampler == nil)
        #expect(read.warnings.count == 2)
        #expect(read.warnings.allSatisfy { $0.hasSuffix(": the rate of the deployment environment counts") })
    }

    @Test func theRateIsThatOfTracesThatBeginHere() {
        let read = Said.configuration(["OTEL_SAMPLING_RATE": "0.1", "OTEL_TRACES_SAMPLER_ARG": "0.9"])
        #expect(
            read.configuration.traces.sampler?.description == Sampler.parentBased(root: .ratio(0.1)).description)
        #expect(read.warnings == [])
    }

    @Test func theQueueIsAsLargeAsItIsSaid() {
        let read = Said.configuration([
            "OTEL_BSP_MAX_QUEUE_SIZE": "100", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "50", "OTEL_BSP_SCHEDULE_DELAY": "0",
            "OTEL_BSP_EXPORT_TIMEOUT": "0",
        ])
        #expect(read.configuration.traces.batch.queue == 100)
        #expect(read.configuration.traces.batch.size == 50)
        #expect(read.configuration.traces.batch.delay == .zero)
        #expect(read.configuration.traces.batch.timeout == .zero)
        #expect(read.warnings == [])
        // The largest one is that of the processor, which takes it as it is.
        let large = Said.configuration(["OTEL_BSP_MAX_QUEUE_SIZE": "1048576"])
        #expect(large.configuration.traces.batch.queue == BatchSpanProcessor.largestQueue)
        #expect(large.warnings == [])
        // A small queue makes batches small, and there is nothing to complain about.
        let small = Said.configuration(["OTEL_BSP_MAX_QUEUE_SIZE": "100"])
        #expect(small.configuration.traces.batch.size == 100)
        #expect(small.warnings == [])
    }

    @Test(
        arguments: [
            (
                "OTEL_BSP_MAX_QUEUE_SIZE", "0", [2048, 512],
                "which is no whole number from 1 to 1048576: 2048 counts"
            ),
            (
                "OTEL_BSP_MAX_QUEUE_SIZE", "1048577", [2048, 512],
                "which is no whole number from 1 to 1048576: 2048 counts"
            ),
            (
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "-1", [2048, 512],
                "which is no whole number from 1 to 2147483647: 512 counts"
            ),
            (
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096", [2048, 2048],
                "which is more than the queue has room for: 2048 counts"
            ),
            (
                "OTEL_BSP_SCHEDULE_DELAY", "5s", [2048, 512],
                "which is no whole number of milliseconds from 0 to 2147483647: 5000 counts"
            ),
            (
                "OTEL_BSP_EXPORT_TIMEOUT", "-5", [2048, 512],
                "which is no whole number of milliseconds from 0 to 2147483647: 30000 counts"
            ),
        ] as [(String, String, [Int], String)])
    func aQueueThatCannotBeIsReported(name: String, text: String, sizes: [Int], warning: String) {
        let read = Said.configuration([name: text])
        let batch = read.configuration.traces.batch
        #expect([batch.queue, batch.size] == sizes)
        #expect(batch.delay == .seconds(5) && batch.timeout == .seconds(30))
        #expect(read.warnings == ["\(name) is \"\(text)\", \(warning)"])
    }

    @Test(
        arguments: [
            // Attributes of a span and the length of texts: own, general; what counts.
            (nil, nil, 128), ("5", nil, 5), (nil, "7", 7), ("5", "7", 5), ("0", "7", 0), ("x", "7", 7), ("x", nil, 128),
            ("x", "-1", 128), ("", "7", 7),
        ] as [(String?, String?, Int)])
    func aLimitOfSpansBeatsTheGeneralOne(own: String?, general: String?, counted: Int) {
        var variables: [String: String] = [:]
        for name in ["ATTRIBUTE_COUNT_LIMIT", "ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
            variables["OTEL_SPAN_\(name)"] = own
            variables["OTEL_\(name)"] = general
        }
        let read = Said.configuration(variables)
        #expect(read.configuration.traces.limits.attributes == counted)
        #expect(read.configuration.traces.limits.valueLength == (counted == 128 ? nil : counted))
        // The general ones are not those of events and links.
        #expect(read.configuration.traces.limits.attributesPerEvent == 128)
        #expect(read.configuration.traces.limits.attributesPerLink == 128)
        let bad = [own, general].compactMap(\.self).filter { ["x", "-1"].contains($0) }
        #expect(read.warnings.count == 2 * bad.count)
    }

    @Test func whatCountsInPlaceOfALimitIsTold() {
        let read = Said.configuration([
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "many", "OTEL_ATTRIBUTE_COUNT_LIMIT": "7",
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "-1", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "1.5",
        ])
        let range = "which is no whole number from 0 to 2147483647"
        #expect(
            read.warnings == [
                "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT is \"many\", \(range): OTEL_ATTRIBUTE_COUNT_LIMIT counts",
                "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is \"-1\", \(range): no limit counts",
                "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT is \"1.5\", \(range): 128 counts",
            ])
    }

    @Test func eachOtherLimitHasItsVariable() {
        let limits = Said.configuration([
            "OTEL_SPAN_EVENT_COUNT_LIMIT": "1", "OTEL_SPAN_LINK_COUNT_LIMIT": "2",
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "3", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "0",
        ]).configuration.traces.limits
        #expect([limits.events, limits.links, limits.attributesPerEvent, limits.attributesPerLink] == [1, 2, 3, 0])
    }

    @Test(
        arguments: [
            (nil, nil, []),
            ("tracecontext", ["traceparent", "tracestate"], []),
            ("baggage,tracecontext", ["baggage", "traceparent", "tracestate"], []),
            (" TraceContext , b3 ,b3,tracecontext", ["traceparent", "tracestate", "b3"], []),
            ("none", [], []),
            ("none,baggage", ["baggage"], ["which has none beside others: the others count"]),
            (
                "xray,baggage", ["baggage"],
                ["in which \"xray\" is not tracecontext, baggage, b3, b3multi or none: that part is ignored"]
            ),
            (
                "ottrace", nil,
                ["in which \"ottrace\" is not tracecontext, baggage, b3, b3multi or none: that part is ignored"]
            ),
        ] as [(String?, [String]?, [String])])
    func propagatorsAreThoseThatAreListedEachOnce(text: String?, fields: [String]?, problems: [String]) {
        var variables: [String: String] = [:]
        variables["OTEL_PROPAGATORS"] = text
        let read = Said.configuration(variables)
        #expect(read.configuration.propagator?.fields == fields)
        #expect(read.warnings == problems.map { "OTEL_PROPAGATORS is \"\(text ?? "")\", \($0)" })
    }
}
