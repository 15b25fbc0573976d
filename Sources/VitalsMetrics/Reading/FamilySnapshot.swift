/// One stream of a collection, valid while the collection hands it on: what it is, and a row for each series. An
/// encoder walks the rows; nothing is made for a series.
package struct FamilySnapshot {
    /// What the rows of a family hold.
    package enum Data {
        /// A sum; the row's value is a word of `number`.
        case sum(isMonotonic: Bool)
        /// A last value; the row's value is a word of `number`.
        case gauge
        /// A histogram with these bounds.
        case histogram(bounds: [Double])
        /// An exponential histogram.
        case exponential
    }

    /// Tells families apart for as long as the process runs.
    package var id: ObjectIdentifier { ObjectIdentifier(stream) }
    package let scope: InstrumentationScope
    package let name: String
    package let unit: Unit
    package let description: String
    package let kind: InstrumentKind
    package let data: Data
    package let number: NumberKind
    package let isDelta: Bool
    /// When the collection took place, unix nanoseconds.
    package let time: UInt64
    package let rows: UnsafeBufferPointer<SeriesRow>
    let words: UnsafeBufferPointer<UInt64>
    let stream: Stream
    /// Exemplars before this time were in an earlier collection.
    let exemplarsSince: UInt64

    /// The labels of a row.
    package func labels(_ row: SeriesRow) -> SeriesLabels? {
        SeriesLabels(row.series)
    }

    /// The point of a row of a histogram.
    package func histogram(_ row: SeriesRow) -> HistogramPoint? {
        guard case .histogram(let bounds) = data, let base = words.baseAddress else { return nil }
        return HistogramPoint(
            words: base + Int(row.value), number: number, hasSum: kind.isMonotonic,
            hasMinMax: stream.recordsMinMax && !isDelta, bucketCount: bounds.count + 1)
    }

    /// The point of a row of an exponential histogram.
    package func exponential(_ row: SeriesRow) -> ExponentialPoint? {
        guard case .exponential = data, case .exponential(let shape) = stream.aggregation,
            let base = words.baseAddress
        else { return nil }
        return ExponentialPoint(
            words: base + Int(row.value), number: number, hasSum: kind.isMonotonic,
            hasMinMax: stream.recordsMinMax && !isDelta, zeroThreshold: shape.zeroThreshold)
    }

    /// Whether rows may have exemplars.
    package var hasExemplars: Bool { stream.exemplars.isUsed }

    /// The exemplars of a row.
    package func exemplars(_ row: SeriesRow) -> [Exemplar] {
        let kept = stream.exemplars.collect(row.series)
        return kept.filter { $0.time > exemplarsSince && $0.time <= time }
    }
}
