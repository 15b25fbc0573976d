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
        let helps = helps(in: directory, names)
        for (family, exposedName) in zip(directory.families, names) {
            guard let name = exposedName?.name else { continue }
            let exposed =
                shown[name.family]
                ?? ExposedFamily(
                    name, type: MetricType(family.data), help: helps[name.family] ?? "", format: exposition.format)
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
            guard let one = names[first]?.name.family, let other = names[second]?.name.family, one != other else {
                return first < second
            }
            return one.utf8.lexicographicallyPrecedes(other.utf8)
        }
        return ExpositionPlan(directory: directory, order: order, members: members)
    }

    /// The description of each family: that of the stream that came first, or of any other if that one has none.
    private func helps(in directory: FamilyDirectory, _ names: [ExposedNames.Exposed?]) -> [String: String] {
        var helps: [String: String] = [:]
        for (family, exposed) in zip(directory.families, names) where !family.description.isEmpty {
            guard let exposed, exposed.isFirst || helps[exposed.name.family] == nil else { continue }
            helps[exposed.name.family] = family.description
        }
        return helps
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
        guard !labels.isEmpty else { return nil }
        for (index, label) in labels.enumerated() {
            syntax.append(label.name, label.value, isFirst: index == 0, to: &bytes)
        }
        return TargetInfo(family: target.family, sample: target.sample, labels: Array(bytes.bytes))
    }
}
