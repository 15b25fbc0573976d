import VitalsTracing

/// What variables say about traces. They are read even where spans have nowhere to go: the program may yet say where.
extension Environment {
    /// Fills in what becomes of spans.
    func configureTraces(_ traces: inout TracesConfiguration, isShown: Bool) {
        let exporters = words("OTEL_TRACES_EXPORTER", among: ["otlp", "console", "none"])
        if exporters?.contains("otlp") ?? true { traces.push = otlp(.traces, isAsked: exporters != nil) }
        traces.console = isShown || exporters?.contains("console") == true
        traces.sampler = sampler()
        configureBatch(&traces.batch)
        configureLimits(&traces.limits)
    }

    /// How contexts go from one service to the next; nil if nothing is said.
    func propagator() -> Propagator? {
        let known = ["tracecontext", "baggage", "b3", "b3multi", "none"]
        let parts = words("OTEL_PROPAGATORS", among: known)?.compactMap { Propagator.named($0) }
        return parts.map { $0.count == 1 ? $0[0] : .composite($0) }
    }

    /// What decides which spans are recorded; nil if nothing is said.
    private func sampler() -> Sampler? {
        let name = "OTEL_TRACES_SAMPLER"
        let argument = { self.ratio("\(name)_ARG", default: "1") ?? 1 }
        let samplers: [(word: String, value: () -> Sampler)] = [
            ("always_on", { .alwaysOn }), ("always_off", { .alwaysOff }), ("traceidratio", { .ratio(argument()) }),
            ("parentbased_always_on", { .parentBased(root: .alwaysOn) }),
            ("parentbased_always_off", { .parentBased(root: .alwaysOff) }),
            ("parentbased_traceidratio", { .parentBased(root: .ratio(argument())) }),
        ]
        let usual = "the rate of the deployment environment"
        let word = string(name)?.lowercased()
        let isNamed = samplers.contains { $0.word == word }
        let rate = ratio("OTEL_SAMPLING_RATE", default: isNamed ? name : usual)
        let sampler = choice(name, among: samplers, default: rate == nil ? usual : "OTEL_SAMPLING_RATE")
        return sampler.map { $0() } ?? rate.map { .parentBased(root: .ratio($0)) }
    }

    private func configureBatch(_ batch: inout SpanBatchConfiguration) {
        let sizes = 1...BatchSpanProcessor.largestQueue
        batch.queue = integer("OTEL_BSP_MAX_QUEUE_SIZE", in: sizes, default: "\(batch.queue)") ?? batch.queue
        let name = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
        if let size = integer(name, in: 1...Self.greatest, default: "\(min(batch.size, batch.queue))") {
            if size > batch.queue {
                let problem = "which is more than the queue has room for"
                refuse(name, "\(size)", problem, instead: "\(batch.queue) counts")
            }
            batch.size = size
        }
        batch.size = min(batch.size, batch.queue)
        // Without a delay spans are exported as soon as they can be: after a millisecond.
        batch.delay = timeout("OTEL_BSP_SCHEDULE_DELAY", default: "5000") ?? batch.delay
        batch.timeout = timeout("OTEL_BSP_EXPORT_TIMEOUT", default: "30000") ?? batch.timeout
    }

    private func configureLimits(_ limits: inout SpanLimits) {
        let count = "ATTRIBUTE_COUNT_LIMIT"
        limits.attributes =
            limit("OTEL_SPAN_\(count)", before: "OTEL_\(count)", default: "\(limits.attributes)") ?? limits.attributes
        let length = "ATTRIBUTE_VALUE_LENGTH_LIMIT"
        limits.valueLength = limit("OTEL_SPAN_\(length)", before: "OTEL_\(length)", default: "no limit")
        limits.events = integer("OTEL_SPAN_EVENT_COUNT_LIMIT", default: "\(limits.events)") ?? limits.events
        limits.links = integer("OTEL_SPAN_LINK_COUNT_LIMIT", default: "\(limits.links)") ?? limits.links
        limits.attributesPerEvent =
            integer("OTEL_EVENT_\(count)", default: "\(limits.attributesPerEvent)") ?? limits.attributesPerEvent
        limits.attributesPerLink =
            integer("OTEL_LINK_\(count)", default: "\(limits.attributesPerLink)") ?? limits.attributesPerLink
    }

    /// A limit of spans, or the one of all signals.
    private func limit(_ name: String, before general: String, default other: String) -> Int? {
        integer(name, default: string(general) == nil ? other : general) ?? integer(general, default: other)
    }
}
