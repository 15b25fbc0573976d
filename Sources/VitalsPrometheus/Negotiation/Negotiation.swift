/// Chooses what a scraper gets from what it says it accepts.
package enum Negotiation {
    /// The exposition for the value of the header Accept.
    package static func exposition(accept: String?) -> Exposition {
        guard let accept else { return .text }
        let wishes = HeaderClause.clauses(accept).filter { $0.quality > 0 }
        let order = wishes.indices.sorted { first, second in
            let (one, other) = (wishes[first], wishes[second])
            if one.quality != other.quality { return one.quality > other.quality }
            let (rank, otherRank) = (specificity(one), specificity(other))
            return rank != otherRank ? rank > otherRank : first < second
        }
        for index in order {
            if let exposition = exposition(for: wishes[index]) { return exposition }
        }
        return .text
    }

    /// Whether a body may be compressed, by the value of the header Accept-Encoding.
    package static func acceptsGzip(_ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        let clauses = HeaderClause.clauses(acceptEncoding)
        let others = clauses.first { $0.isNamed("*") }?.quality ?? 0
        let gzip = clauses.first { $0.isNamed("gzip") || $0.isNamed("x-gzip") }?.quality ?? others
        let identity = clauses.first { $0.isNamed("identity") }?.quality ?? others
        return gzip > 0 && gzip >= identity
    }

    private static func specificity(_ clause: HeaderClause) -> Int {
        if clause.isNamed("*/*") { return 0 }
        return clause.name.suffix(2).elementsEqual("/*".utf8) ? 1 : 2
    }

    private static func exposition(for clause: HeaderClause) -> Exposition? {
        if clause.isNamed("*/*") || clause.isNamed("text/*") { return .text }
        if clause.isNamed("application/*") { return Exposition(.openMetrics(isDraft: true), escaping: nil) }
        guard let format = format(of: clause) else { return nil }
        return Exposition(format, escaping: escaping(of: clause))
    }

    private static func format(of clause: HeaderClause) -> ExpositionFormat? {
        let version = clause.parameter("version")
        if clause.isNamed("application/openmetrics-text") {
            if version == nil || clause.parameter("version", is: "0.0.1") { return .openMetrics(isDraft: true) }
            return clause.parameter("version", is: "1.0.0") ? .openMetrics(isDraft: false) : nil
        }
        if clause.isNamed("text/plain") {
            if version == nil || clause.parameter("version", is: "0.0.4") { return .text }
            return clause.parameter("version", is: "1.0.0") ? .text1 : nil
        }
        let isProtobuf =
            clause.isNamed("application/vnd.google.protobuf")
            && clause.parameter("proto", is: "io.prometheus.client.MetricFamily")
            && clause.parameter("encoding", is: "delimited")
        return isProtobuf ? .protobuf : nil
    }

    private static func escaping(of clause: HeaderClause) -> EscapingScheme? {
        let all: [(StaticString, EscapingScheme)] = [
            ("allow-utf-8", .allowUTF8), ("underscores", .underscores), ("dots", .dots), ("values", .values),
        ]
        return all.first { clause.parameter("escaping", is: $0.0) }?.1
    }
}
