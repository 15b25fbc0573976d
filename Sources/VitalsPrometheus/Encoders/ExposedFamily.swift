import VitalsMetrics

/// A family as an exposition shows it: its final names, and what its lines begin with.
final class ExposedFamily {
    let name: MetricName
    let type: MetricType
    let help: String
    let unit: String
    /// The name in TYPE, HELP and UNIT.
    let metadataName: String
    /// The lines of a counter or gauge.
    let value: SampleLine
    let bucket: SampleLine
    let sum: SampleLine
    let count: SampleLine
    let created: SampleLine
    /// The bounds of the buckets that exponential histograms of this family were shown with: they only get more.
    var classic = ClassicBuckets()

    init(_ name: MetricName, type: MetricType, help: String, format: ExpositionFormat) {
        let isOpenMetrics: Bool
        if case .openMetrics = format { isOpenMetrics = true } else { isOpenMetrics = false }
        let isBareCounter = type == .counter && isOpenMetrics && !name.isCounterSuffixed
        self.name = name
        self.type = isBareCounter ? .unknown : type
        self.help = help
        unit = name.unit
        let described = isOpenMetrics && type == .counter && !isBareCounter ? name.family : name.sample
        let isQuoted = !LegacyNames.isMetricName(name.sample)
        metadataName = SampleLine.inMetadata(described, isQuoted: isQuoted)
        value = SampleLine(name.sample, isQuoted: isQuoted)
        bucket = SampleLine("\(name.family)_bucket", isQuoted: isQuoted)
        sum = SampleLine("\(name.family)_sum", isQuoted: isQuoted)
        count = SampleLine("\(name.family)_count", isQuoted: isQuoted)
        created = SampleLine("\(name.family)_created", isQuoted: isQuoted)
    }
    deinit {
        for line in [value, bucket, sum, count, created] { line.deallocate() }
    }
}
