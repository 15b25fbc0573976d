/// Who has which names in one exposition: first come, first served.
///
/// A family takes all names that its samples may have in any format, so that no two families can meet in one.
package struct NameTable: Sendable {
    /// What a stream may do.
    package enum Verdict: Hashable, Sendable {
        /// The names are its own, and the metadata of the family is its.
        case first(MetricName)
        /// Its samples go into the family of an earlier stream, under the names and metadata of that one.
        case joins(MetricName)
        /// It cannot be exposed.
        case refused(reason: String)
    }

    /// The answer to a stream, and what a person should be told of it.
    package struct Claim: Hashable, Sendable {
        /// What the stream may do.
        package let verdict: Verdict
        /// A message, the first time only.
        package let news: String?
    }

    private struct Family {
        var name: MetricName
        let kind: PrometheusKind
        /// In the order in which they came; the first one's metadata counts.
        var members: [(stream: StreamIdentity, help: String)]
    }

    private enum PrometheusKind {
        case counter, gauge, histogram
    }

    /// The names of the metric that describes the resource; nobody else gets them.
    package let target: (family: String, sample: String)
    private let strategy: TranslationStrategy
    private let escaping: EscapingScheme
    private var families: [String: Family] = [:]
    /// Each name that a sample may have, and the family that has it.
    private var owners: [String: String] = [:]
    private var verdicts: [StreamIdentity: Verdict] = [:]
    private var reported: [StreamIdentity: String] = [:]

    /// An empty table for one strategy and one scheme.
    package init(strategy: TranslationStrategy, escaping: EscapingScheme) {
        self.strategy = strategy
        self.escaping = escaping
        let sample = escaping.metricName("target_info")
        target = (sample.before("_info") ?? sample, sample)
    }

    /// Asks for the names of a stream; asking again changes nothing.
    /// - Parameter help: The description, which a stream that joins a family loses.
    package mutating func claim(_ stream: StreamIdentity, help: String = "") -> Claim {
        if let verdict = verdicts[stream] { return Claim(verdict: verdict, news: nil) }
        let name = name(of: stream)
        let kind = Self.kind(of: stream)
        let verdict: Verdict
        let news: String?
        if let family = families[name.family], family.kind == kind, family.name.sample == name.sample {
            families[name.family]?.members.append((stream, help))
            verdict = .joins(family.name)
            news = difference(stream, help, in: family)
        } else if let reason = clash(name, kind, stream) {
            verdict = .refused(reason: reason)
            news = reason
        } else {
            families[name.family] = Family(name: name, kind: kind, members: [(stream, help)])
            for sample in Self.samples(name, kind) { owners[sample] = name.family }
            verdict = .first(name)
            news = nil
        }
        verdicts[stream] = verdict
        guard let news, reported[stream] != news else { return Claim(verdict: verdict, news: nil) }
        reported[stream] = news
        return Claim(verdict: verdict, news: news)
    }

    /// Gives the names of a stream back: to the next of its family, or to those who were refused.
    package mutating func release(_ stream: StreamIdentity) {
        reported[stream] = nil
        guard let verdict = verdicts.removeValue(forKey: stream) else { return }
        switch verdict {
        case .refused: return
        case .first(let name), .joins(let name): leave(name.family, stream)
        }
    }

    private mutating func leave(_ name: String, _ stream: StreamIdentity) {
        guard var family = families[name] else { return }
        family.members.removeAll { $0.stream == stream }
        guard let first = family.members.first?.stream else {
            families[name] = nil
            for sample in Self.samples(family.name, family.kind) { owners[sample] = nil }
            // Those who were refused ask again, and get the same answer unless these names were the reason.
            verdicts = verdicts.filter { if case .refused = $0.value { false } else { true } }
            return
        }
        family.name = self.name(of: first)
        families[name] = family
        for member in family.members {
            verdicts[member.stream] = member.stream == first ? .first(family.name) : .joins(family.name)
        }
    }

    private func name(of stream: StreamIdentity) -> MetricName {
        MetricName(name: stream.name, unit: stream.unit, kind: stream.kind, strategy: strategy).escaped(escaping)
    }

    private static func kind(of stream: StreamIdentity) -> PrometheusKind {
        switch stream.kind {
        case .counter: .counter
        case .gauge, .upDown: .gauge
        case .histogram: .histogram
        }
    }

    /// All names that samples of a family may have, and the family's own.
    private static func samples(_ name: MetricName, _ kind: PrometheusKind) -> [String] {
        let family = name.family
        return switch kind {
        case .counter: name.isCounterSuffixed ? [family, name.sample, "\(family)_created"] : [family]
        case .gauge: [family]
        case .histogram: [family] + ["bucket", "sum", "count", "created"].map { "\(family)_\($0)" }
        }
    }

    private func clash(_ name: MetricName, _ kind: PrometheusKind, _ stream: StreamIdentity) -> String? {
        let advice = "Rename one of them, for example with a view."
        for sample in Self.samples(name, kind) {
            if sample.isSame(target.family) || sample.isSame(target.sample) {
                return "\(stream.inWords) is not exposed: in Prometheus it would need the name \"\(sample)\", which "
                    + "belongs to the description of the resource. Rename it, for example with a view."
            }
            if let owner = owners[sample], let other = families[owner]?.members.first?.stream {
                return "\(stream.inWords) is not exposed: in Prometheus it would need the name \"\(sample)\", which "
                    + "\(other.inWords) has. \(advice)"
            }
        }
        return nil
    }

    private func difference(_ stream: StreamIdentity, _ help: String, in family: Family) -> String? {
        guard let first = family.members.first else { return nil }
        var differences: [String] = []
        let (unit, firstUnit) = (UnitWords(stream.unit).suffix, UnitWords(first.stream.unit).suffix)
        if unit != firstUnit { differences.append("unit is \"\(firstUnit)\", not \"\(unit)\"") }
        // Whoever says nothing contradicts nobody.
        if !help.isEmpty, !help.isSame(first.help) { differences.append("description is another one") }
        guard !differences.isEmpty else { return nil }
        return "\(stream.inWords) is exposed as \"\(family.name.sample)\" together with \(first.stream.inWords), whose "
            + "\(differences.joined(separator: ", and whose ")). Those of the first count."
    }
}
