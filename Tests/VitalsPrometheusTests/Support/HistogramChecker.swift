/// Whether the histograms of a family agree with themselves.
enum HistogramChecker {
    static func check(_ family: ParsedExposition.Family, isOpenMetrics: Bool) throws {
        var series: [(key: String, samples: [ParsedExposition.Sample])] = []
        for sample in family.samples {
            let key = sample.key(without: "le")
            if series.last?.key == key {
                series[series.count - 1].samples.append(sample)
            } else {
                if series.contains(where: { $0.key == key }) { throw failure(family, key, "in two pieces") }
                series.append((key, [sample]))
            }
        }
        for (key, samples) in series {
            if let reason = problem(with: samples, of: family.name, isOpenMetrics) {
                throw failure(family, key, reason)
            }
        }
    }

    private static func failure(_ family: ParsedExposition.Family, _ key: String, _ reason: String) -> InvalidExposition
    {
        InvalidExposition(line: 0, reason: "\(family.name){\(key)}: \(reason)")
    }

    private static func problem(
        with samples: [ParsedExposition.Sample], of family: String, _ isOpenMetrics: Bool
    ) -> String? {
        let buckets = samples.filter { $0.name == "\(family)_bucket" }
        let bounds = buckets.compactMap { $0.label("le").flatMap(ExpositionLine.number) }
        guard bounds.count == buckets.count, bounds.last == .infinity else { return "no +Inf" }
        for (one, next) in zip(bounds, bounds.dropFirst()) where !(one < next) { return "le \(next) after \(one)" }
        for (one, next) in zip(buckets, buckets.dropFirst()) where one.value > next.value {
            return "\(next.text) after \(one.text)"
        }
        for (bucket, bound) in zip(buckets.dropFirst(), bounds) {
            if let exemplar = bucket.exemplar, exemplar.value <= bound { return "an exemplar below its bucket" }
        }
        let count = samples.first { $0.name == "\(family)_count" }
        let sum = samples.first { $0.name == "\(family)_sum" }
        if let count, count.text != buckets.last?.text { return "count is not +Inf" }
        if !isOpenMetrics { return count == nil ? "no count" : nil }
        if (count == nil) != (sum == nil) { return "count without sum, or sum without count" }
        if let sum {
            if bounds[0] < 0 { return "a sum with negative bounds" }
            if sum.value.isNaN || sum.value < 0 { return "the sum \(sum.text)" }
        }
        return nil
    }
}
