import VitalsBytes
import VitalsMetrics

/// Exemplars of OpenMetrics: at most one behind a sample, with labels of at most 128 characters together.
enum ExemplarText {
    /// Characters of names and values, punctuation excluded.
    static let longest = 128
    /// Classic names in every scheme: whether names may be more was asked for the series, not for these.
    private static let names = LabelNames(strategy: .underscoreEscapingWithSuffixes, escaping: .underscores)

    /// Appends ` # {trace_id="…"} value time`.
    static func append(_ exemplar: Exemplar, to out: inout ByteBuffer) {
        out.append(" # {")
        var isFirst = true
        for (name, value) in labels(of: exemplar) {
            LabelSyntax.text.append(name, value, isFirst: isFirst, to: &out)
            isFirst = false
        }
        out.append("} ")
        out.append(exemplar.value, as: .openMetrics)
        out.append(" ")
        out.append(seconds: exemplar.time)
    }

    /// The span of an exemplar, and as many of the attributes that its series lacks as fit beside it.
    static func labels(of exemplar: Exemplar) -> [(name: String, value: String)] {
        var labels: [(name: String, value: String)] = []
        var left = longest
        func add(_ name: String, _ value: String) {
            let length = name.unicodeScalars.count + value.unicodeScalars.count
            guard !value.isEmpty, length <= left, !labels.contains(where: { $0.name == name }) else { return }
            left -= length
            labels.append((name, value))
        }
        if let context = exemplar.context {
            add("trace_id", hexadecimal(context.traceID.high) + hexadecimal(context.traceID.low))
            add("span_id", hexadecimal(context.spanID))
        }
        for (key, value) in exemplar.attributes {
            let name = names.name(key)
            if name != "trace_id", name != "span_id" { add(name, value.description) }
        }
        return labels
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The latest exemplar of each bucket.
    static func latest(_ exemplars: [Exemplar], in bounds: [Double]) -> [Int: Exemplar] {
        var latest: [Int: Exemplar] = [:]
        for exemplar in exemplars where !exemplar.value.isNaN {
            let bucket = bounds.firstIndex { exemplar.value <= $0 } ?? bounds.count
            if let other = latest[bucket], other.time >= exemplar.time { continue }
            latest[bucket] = exemplar
        }
        return latest
    }
}
