import VitalsMetrics

extension Panel {
    /// What suits an instrument: the rate of a counter, the values of a gauge, the quantiles of a histogram (its mean if
    /// it has no buckets), with the instrument's description.
    ///
    /// - Parameters:
    ///   - metric: The instrument.
    ///   - attributes: There is a line for each of their values, of each job.
    ///   - title: The instrument's name, unless told otherwise.
    public init(
        _ metric: Metric, by attributes: [String] = [], where matchers: [Matcher] = [], title: String? = nil
    ) throws(DashboardError) {
        let labels = ["job"] + attributes
        let legend = labels.map { "{{\(Label.name($0))}}" }.joined(separator: " ")
        let unit: PanelUnit
        let targets: [Target]
        switch metric.kind {
        case .counter, .observableCounter:
            unit = metric.unit == .bytes ? .bytesPerSecond : .countsPerSecond
            targets = [Target(metric.rate(by: labels, where: matchers), legend: legend)]
        case .histogram where metric.bounds != nil:
            unit = PanelUnit(metric.unit)
            var quantiles: [Target] = []
            for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
                let query = try metric.quantile(share, by: labels, where: matchers)
                quantiles.append(Target(query, legend: "\(name) \(legend)", exemplars: true))
            }
            targets = quantiles
        case .histogram:
            unit = PanelUnit(metric.unit)
            targets = [Target(metric.mean(by: labels, where: matchers), legend: legend)]
        case .gauge, .observableGauge:
            unit = PanelUnit(metric.unit)
            targets = [Target(metric.max(by: labels, where: matchers), legend: legend)]
        default:
            unit = PanelUnit(metric.unit)
            targets = [Target(metric.sum(by: labels, where: matchers), legend: legend)]
        }
        let title = title ?? metric.name
        let words = metric.description.isEmpty ? title : metric.description
        let panel = Panel.timeseries(title, "\(words) (`\(metric.family)`)", unit: unit, targets)
        self = metric.mayBeNegative ? panel.signed() : panel
    }
}

extension Metric {
    /// Whether nothing is known that would forbid it.
    fileprivate var mayBeNegative: Bool {
        switch kind {
        case .gauge, .observableGauge, .upDownCounter, .observableUpDownCounter: unit != .bytes
        default: false
        }
    }
}
