import VitalsMetrics

/// What dashboards ask for, as PromQL. All of it takes classic and native histograms alike.
extension Metric {
    /// How many a second: what a counter counted, or how many values a histogram took; added up, by attributes.
    public func rate(by attributes: [String] = [], where matchers: [Matcher] = []) -> String {
        sum(by: attributes, of: growth("rate", matchers))
    }

    /// How many in the whole time that the dashboard shows.
    public func total(by attributes: [String] = [], where matchers: [Matcher] = []) -> String {
        sum(by: attributes, of: growth("increase", matchers, over: "$__range"))
    }

    /// Values added up, by attributes: of gauges and of up-down counters.
    public func sum(by attributes: [String] = [], where matchers: [Matcher] = []) -> String {
        sum(by: attributes, of: series(where: matchers))
    }

    /// The largest of the values, by attributes.
    public func max(by attributes: [String] = [], where matchers: [Matcher] = []) -> String {
        "max\(Self.grouping(attributes)) (\(series(where: matchers)))"
    }

    /// The value below which a share of what a histogram took lies.
    ///
    /// Among the attributes should be `job`: where some services have native histograms and others classic ones, each
    /// is seen. If instances of one job differ, those with native histograms are.
    public func quantile(
        _ share: Double, by attributes: [String] = ["job"], where matchers: [Matcher] = []
    ) throws(DashboardError) -> String {
        _ = try knownBounds()
        guard (0...1).contains(share) else {
            throw DashboardError("a quantile of \"\(name)\" is a share from 0 to 1, not \(share)")
        }
        let native = sum(by: attributes, of: "rate(\(selector("", matchers))[\(Self.window)])")
        let classic = sum(by: attributes + ["le"], of: "rate(\(selector("_bucket", matchers))[\(Self.window)])")
        // Without traffic the native half is no number, which must not hide the classic half; every number is above -Inf.
        return "(histogram_quantile(\(share), \(native)) > -Inf or histogram_quantile(\(share), \(classic)))"
    }

    /// The mean of what a histogram took.
    public func mean(by attributes: [String] = ["job"], where matchers: [Matcher] = []) -> String {
        let values = "rate(\(selector("_sum", matchers))[\(Self.window)])"
        let native = "histogram_sum(rate(\(selector("", matchers))[\(Self.window)]))"
        return "(\(sum(by: attributes, of: "\(values) or \(native)")) / \(rate(by: attributes, where: matchers)))"
    }

    /// The share of what a histogram took that lies at or below a bound, which one of its classic buckets has; between two
    /// bounds of a native histogram it is estimated.
    public func share(
        below bound: Double, by attributes: [String] = ["job"], where matchers: [Matcher] = []
    ) throws(DashboardError) -> String {
        let bounds = try knownBounds()
        guard bound > 0, bound.isFinite, bounds.isEmpty || bounds.contains(bound) else {
            throw DashboardError("\"\(name)\" has no bucket that ends at \(bound): its bounds are \(bounds)")
        }
        let label = Matcher.like("le", Label.bound(bound))
        let below = sum(
            by: attributes, of: "rate(\(selector("_bucket", matchers + [label]))[\(Self.window)])")
        let all = sum(by: attributes, of: "rate(\(selector("_count", matchers))[\(Self.window)])")
        let native = sum(by: attributes, of: "rate(\(selector("", matchers))[\(Self.window)])")
        return "(histogram_fraction(0, \(bound), \(native)) >= 0 or \(below) / \(all))"
    }

    /// The buckets of a classic histogram as they grow, for a heat map.
    public func classicBuckets(where matchers: [Matcher] = []) -> String {
        sum(by: ["le"], of: "increase(\(selector("_bucket", matchers))[\(Self.window)])")
    }

    /// A native histogram as it grows, for a heat map.
    public func nativeBuckets(where matchers: [Matcher] = []) -> String {
        sum(by: [], of: "increase(\(selector("", matchers))[\(Self.window)])")
    }

    private static let window = "$__rate_interval"

    private func growth(_ function: String, _ matchers: [Matcher], over window: String = window) -> String {
        guard kind == .histogram else { return "\(function)(\(selector("", matchers))[\(window)])" }
        // Series by series, so that the two kinds add up even where some instances have one and some the other.
        let classic = "\(function)(\(selector("_count", matchers))[\(window)])"
        return "\(classic) or histogram_count(\(function)(\(selector("", matchers))[\(window)]))"
    }

    private func sum(by attributes: [String], of expression: String) -> String {
        "sum\(Self.grouping(attributes)) (\(expression))"
    }

    static func grouping(_ attributes: [String]) -> String {
        attributes.isEmpty ? "" : " by (\(attributes.map(Label.name).joined(separator: ", ")))"
    }

    private func knownBounds() throws(DashboardError) -> [Double] {
        if let bounds { return bounds }
        throw DashboardError(
            "the \(kind) \"\(name)\" has no buckets, which tell quantiles and shares: ask for its mean, rate or value")
    }
}
