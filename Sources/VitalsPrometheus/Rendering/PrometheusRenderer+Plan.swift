import VitalsBytes
import VitalsMetrics

/// What is worked out once for a format and kept until the families change.
extension PrometheusRenderer {
    func makePlan(
        for directory: FamilyDirectory, _ exposition: Exposition, _ syntax: LabelSyntax,
        replacing former: ExpositionPlan?
    ) -> ExpositionPlan {
        let names = names.names(in: directory, exposition.escaping)
        var shown: [String: ExposedFamily] = [:]
        var members: [ObjectIdentifier: ExpositionPlan.Member] = [:]
        for (family, name) in zip(directory.families, names) {
            guard let name else { continue }
            let exposed =
                shown[name.family]
                ?? ExposedFamily(
                    name, type: MetricType(family.data), help: family.description, format: exposition.format)
            shown[name.family] = exposed
            if let known = former?.member(family.id), known.family.name == name {
                exposed.classic = known.family.classic
                members[family.id] = ExpositionPlan.Member(family: exposed, labels: known.labels)
            } else {
                let writer = labelWriter(for: family, exposition.escaping, syntax)
                members[family.id] = ExpositionPlan.Member(family: exposed, labels: LabelCache(writer))
            }
        }
        let order = directory.families.indices.filter { names[$0] != nil }.sorted { first, second in
            guard let one = names[first]?.family, let other = names[second]?.family, one != other else {
                return first < second
            }
            return one.utf8.lexicographicallyPrecedes(other.utf8)
        }
        return ExpositionPlan(directory: directory, order: order, members: members)
    }

    private func labelWriter(
        for family: FamilyDescription, _ escaping: EscapingScheme, _ syntax: LabelSyntax
    ) -> LabelWriter {
        let names = LabelNames(strategy: options.translation, escaping: escaping)
        var common = options.hasScopeLabels ? names.pairs(of: family.scope) : []
        common += resource.filter { options.resourceLabels.keeps($0) }.map { ($0.key, $0.value.description) }
        let isHistogram = MetricType(family.data) == .histogram
        return LabelWriter(
            syntax, names, common: common.filter { !$0.value.isEmpty }, reserved: isHistogram ? "le" : nil)
    }

    /// The metric of the resource; nil if there is nothing to say, or nobody wants to hear it.
    func target(_ syntax: LabelSyntax, _ escaping: EscapingScheme) -> TargetInfo? {
        guard options.hasTargetInfo, !resource.isEmpty else { return nil }
        let target = NameTable(strategy: options.translation, escaping: escaping).target
        var bytes = ByteBuffer(capacity: 64)
        let names = LabelNames(strategy: options.translation, escaping: escaping)
        let labels = names.resolve(resource.map { ($0.key, $0.value.description) })
        for (index, label) in labels.enumerated() {
            syntax.append(label.name, label.value, isFirst: index == 0, to: &bytes)
        }
        return TargetInfo(family: target.family, sample: target.sample, labels: Array(bytes.bytes))
    }
}
