import VitalsBytes
package import VitalsMetrics

/// Renders what a registry holds in the format that a scraper asks for.
///
/// One rendering at a time: readers of one registry wait for each other anyway. Recorders never wait.
package final class PrometheusRenderer: Sendable {
    private struct PlanKey: Hashable {
        let format: ExpositionFormat
        let escaping: EscapingScheme
    }

    /// Each format that is asked for keeps the labels of all series; those of no more formats than this are kept.
    private static let mostPlans = 3

    private let registry: Registry
    private let reader: MetricReader
    let options: PrometheusOptions
    let resource: Attributes
    let names: ExposedNames
    /// What is known of the formats asked for last, the latest first. A plan is used only within a collection of the
    /// reader, and those run one at a time.
    private let plans = Locked<[(key: PlanKey, plan: ExpositionPlan)]>([])
    private let compressor = Locked<GzipCompressor?>(nil)
    private let pool = BufferPool()

    /// A renderer of `registry`, whose target is described by `resource`.
    package init(_ registry: Registry, options: PrometheusOptions = PrometheusOptions(), resource: Attributes = [:]) {
        self.registry = registry
        self.options = options
        self.resource = resource
        reader = MetricReader(registry, component: "prometheus_http_text_metric_exporter")
        names = ExposedNames(registry, options)
    }

    deinit {
        shutdown()
    }

    /// Lets go of the registry: renderings are refused from now on.
    package func shutdown() {
        names.stop()
        reader.shutdown()
    }

    /// Renders for the words of a scraper's request.
    ///
    /// - Parameters:
    ///   - families: Only these; all if there are none.
    ///   - timeout: How long callbacks may take; nil for the registry's limit.
    package func render(
        accept: String? = nil, acceptEncoding: String? = nil, families: [String] = [], timeout: Duration? = nil
    ) throws(ReaderError) -> RenderedExposition {
        let exposition = Negotiation.exposition(accept: accept)
        let text = try render(exposition, families: Set(families.filter { !$0.isEmpty }), timeout: timeout)
        guard Negotiation.acceptsGzip(acceptEncoding) else {
            return RenderedExposition(text, exposition, isPacked: false, pool: pool)
        }
        var packed = pool.take()
        let isPacked = compressor.withLock { compressor in
            if compressor == nil { compressor = GzipCompressor() }
            return compressor?.compress(text.bytes, into: &packed) ?? false
        }
        guard isPacked else {
            pool.put(packed)
            return RenderedExposition(text, exposition, isPacked: false, pool: pool)
        }
        pool.put(text)
        return RenderedExposition(packed, exposition, isPacked: true, pool: pool)
    }

    private func render(
        _ exposition: Exposition, families: Set<String>, timeout: Duration?
    ) throws(ReaderError) -> ByteBuffer {
        switch exposition.format {
        case .text, .text1:
            try render(TextEncoder(), exposition, families, timeout)
        case .openMetrics:
            try render(OpenMetricsEncoder(hasCreated: options.hasCreatedSamples), exposition, families, timeout)
        case .protobuf:
            try render(ProtobufEncoder(), exposition, families, timeout)
        }
    }

    private func render<Encoder: ExpositionEncoder & ~Copyable>(
        _ encoder: consuming Encoder, _ exposition: Exposition, _ families: Set<String>, _ timeout: Duration?
    ) throws(ReaderError) -> ByteBuffer {
        var out = pool.take()
        if let target = target(Encoder.labelSyntax, exposition.escaping),
            families.isEmpty || !families.isDisjoint(with: [target.family, target.sample])
        {
            encoder.begin(target, into: &out)
        }
        var current: ExposedFamily?
        var written: [LabelCache] = []
        var plan: ExpositionPlan?
        var unmeasured: Set<ObjectIdentifier> = []
        do throws(ReaderError) {
            try reader.collect(timeout: timeout) { directory in
                let known = self.plan(for: directory, exposition, Encoder.labelSyntax)
                plan = known
                unmeasured = known.measured
                return families.isEmpty ? known.order : known.order(only: families)
            } _: { snapshot in
                guard let member = plan?.member(snapshot.id) else { return }
                if unmeasured.remove(snapshot.id) != nil { return member.family.classic.cover(snapshot) }
                let isNext = member.family !== current
                if isNext { written.removeAll(keepingCapacity: true) }
                member.labels.prepare(snapshot.rows, besides: written)
                if member.labels.hidden > 0 { report(hiddenIn: member.family) }
                guard member.labels.hidden < snapshot.rows.count else { return }
                if isNext {
                    if current != nil { encoder.endFamily(into: &out) }
                    encoder.beginFamily(member.family, into: &out)
                    current = member.family
                }
                written.append(member.labels)
                encoder.append(snapshot, of: member.family, labels: member.labels, into: &out)
            }
        } catch {
            pool.put(out)
            throw error
        }
        reader.commit()
        if current != nil { encoder.endFamily(into: &out) }
        encoder.finish(into: &out)
        return out
    }

    private func plan(
        for directory: FamilyDirectory, _ exposition: Exposition, _ syntax: LabelSyntax
    ) -> ExpositionPlan {
        let key = PlanKey(format: exposition.format, escaping: exposition.escaping)
        let known = plans.withLock { plans in
            plans.firstIndex { $0.key == key }.map { plans.remove(at: $0).plan }
        }
        let plan =
            if let known, known.directory === directory { known } else {
                makePlan(for: directory, exposition, syntax, replacing: known)
            }
        plans.withLock { plans in
            plans.insert((key, plan), at: 0)
            if plans.count > Self.mostPlans { plans.removeLast() }
        }
        return plan
    }

    private func report(hiddenIn family: ExposedFamily) {
        registry.report(
            conflict: "\(family.name.sample): series differ only in what Prometheus does not tell apart, such as 1 and "
                + "\"1\" or an empty label; one of each is shown. Record such a label in one way.")
    }
}
