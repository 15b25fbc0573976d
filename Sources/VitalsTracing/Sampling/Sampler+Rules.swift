import VitalsMetrics

extension Sampler {
    /// The first rule that a span matches names the sampler that decides; `otherwise` decides where none matches.
    ///
    /// Rules are asked about every span. As `.parentBased(root: .rules(…))` they decide on traces that begin here.
    public static func rules(_ rules: [SamplingRule], otherwise: Sampler) -> Sampler {
        // What a rule's attributes come to is worked out once, and not for each span.
        let rules = rules.map { rule in
            var rule = rule
            rule.attributes = Attributes(rule.attributes.map { ($0.key, $0.value) })
            return rule
        }
        let list = rules.map(\.description).joined(separator: ",")
        return Sampler("RuleBased{rules:[\(list)],otherwise:\(otherwise)}") { request in
            let chosen = rules.first { $0.matches(request) }?.sampler ?? otherwise
            return chosen.sample(request)
        }
    }
}
