import Synchronization

/// Reading the totals of a series, whatever threads recorded into it, and under whatever view.
///
/// A histogram that could not be read as a whole, because a thread stands still in the middle of a record, is left out
/// of the collection: what is reported always agrees.
extension Stream {
    func sum(_ series: SeriesReference, _ shards: ShardSet, _ carried: [StreamState.CarriedSeries]?) -> UInt64? {
        var sum = shards.sum(of: series, instrument.number)
        for source in carried ?? [] {
            guard let total = source.stream.total(source.series, shards) else { return nil }
            sum = instrument.number.add(total, to: sum)
        }
        return sum
    }

    /// The sum of everything recorded into a series of any aggregation.
    private func total(_ series: SeriesReference, _ shards: ShardSet) -> UInt64? {
        switch aggregation {
        case .sum: return shards.sum(of: series, instrument.number)
        case .lastValue: return 0
        case .explicit, .exponential:
            var sum: UInt64 = 0
            var scratch: [UInt64] = []
            let isWhole = shards.forEachPayload(of: series, aggregation.layout, &scratch) { payload, _ in
                sum = instrument.number.add(payload[ExplicitCell.sum], to: sum)
            }
            return isWhole ? sum : nil
        }
    }

    /// Appends the totals of an explicit histogram series to `words`.
    func appendExplicit(
        _ series: SeriesReference, _ bounds: BucketBounds, _ shards: ShardSet,
        _ carried: [StreamState.CarriedSeries]?, _ scratch: inout Scratch
    ) -> Bool {
        typealias Place = HistogramPoint.Place
        let start = scratch.words.count
        scratch.words.append(contentsOf: repeatElement(0, count: Place.buckets + bounds.count + 1))
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var words: [UInt64] = []
        swap(&words, &scratch.words)
        var isWhole = shards.forEachPayload(of: series, CellLayout.explicit, &scratch.payload) { payload, _ in
            words[start + Place.sum] = instrument.number.add(payload[ExplicitCell.sum], to: words[start + Place.sum])
            minimum = min(minimum, Double(bitPattern: payload[ExplicitCell.minimum]))
            maximum = max(maximum, Double(bitPattern: payload[ExplicitCell.maximum]))
            for bucket in 0...bounds.count {
                let count = payload[ExplicitCell.buckets + bucket]
                words[start + Place.buckets + bucket] &+= count
                words[start + Place.count] &+= count
            }
        }
        for source in carried ?? [] {
            let summary = source.stream.replay(source.series, shards) { value, count in
                let bucket = ExplicitCell.bucket(of: value, bounds.padded, bounds.paddedCount)
                words[start + Place.buckets + bucket] &+= count
                words[start + Place.count] &+= count
            }
            isWhole = isWhole && summary.isWhole
            words[start + Place.sum] = instrument.number.add(summary.sum, to: words[start + Place.sum])
            minimum = min(minimum, summary.minimum)
            maximum = max(maximum, summary.maximum)
        }
        words[start + Place.minimum] = minimum.bitPattern
        words[start + Place.maximum] = maximum.bitPattern
        swap(&words, &scratch.words)
        if !isWhole { leaveOut(from: start, &scratch) }
        return isWhole
    }

    /// Appends the totals of an exponential histogram series to `words`.
    func appendExponential(
        _ series: SeriesReference, _ shape: ExponentialShape, _ shards: ShardSet,
        _ carried: [StreamState.CarriedSeries]?, _ scratch: inout Scratch
    ) -> Bool {
        let start = scratch.words.count
        scratch.merge.begin(maxScale: shape.maxScale)
        var merge = ExponentialMerge()
        swap(&merge, &scratch.merge)
        var isWhole = shards.forEachPayload(of: series, CellLayout.exponential, &scratch.payload) { payload, shape in
            merge.add(payload, shape, instrument.number)
        }
        for source in carried ?? [] {
            let summary = source.stream.replay(source.series, shards) { value, count in
                merge.add(value, count: count, zeroThreshold: shape.zeroThreshold)
            }
            isWhole = isWhole && summary.isWhole
            merge.addSummary(
                sum: summary.sum, minimum: summary.minimum, maximum: summary.maximum, instrument.number)
        }
        merge.finish(maxSize: shape.maxSize, into: &scratch.words)
        swap(&merge, &scratch.merge)
        if !isWhole { leaveOut(from: start, &scratch) }
        return isWhole
    }

    private func leaveOut(from start: Int, _ scratch: inout Scratch) {
        scratch.words.removeSubrange(start...)
        context.unreadHistograms.add(1, ordering: .relaxed)
    }

    struct Summary {
        var sum: UInt64 = 0
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var isWhole = true
    }

    /// Tells what was recorded into a series as values with counts: for a histogram the middle of each bucket, as
    /// nothing finer is known; for a sum one value. Sum and count stay exact.
    func replay(
        _ series: SeriesReference, _ shards: ShardSet, _ body: (Double, UInt64) -> Void
    ) -> Summary {
        var summary = Summary()
        var scratch = Scratch()
        switch aggregation {
        case .lastValue: break
        case .sum:
            summary.sum = shards.sum(of: series, instrument.number)
            let value = instrument.number.double(summary.sum)
            if summary.sum != 0 {
                body(value, 1)
                summary.minimum = value
                summary.maximum = value
            }
        case .explicit(let bounds):
            guard appendExplicit(series, bounds, shards, nil, &scratch) else { return Summary(isWhole: false) }
            typealias Place = HistogramPoint.Place
            summary = Self.summary(scratch.words)
            for bucket in 0...bounds.count where scratch.words[Place.buckets + bucket] > 0 {
                let low = bucket == 0 ? summary.minimum : max(bounds.values[bucket - 1], summary.minimum)
                let high = bucket == bounds.count ? summary.maximum : min(bounds.values[bucket], summary.maximum)
                body(low + (high - low) / 2, scratch.words[Place.buckets + bucket])
            }
        case .exponential(let shape):
            guard appendExponential(series, shape, shards, nil, &scratch) else { return Summary(isWhole: false) }
            summary = Self.summary(scratch.words)
            scratch.words.withUnsafeBufferPointer { words in
                guard let base = words.baseAddress else { return }
                let point = ExponentialPoint(
                    words: base, number: instrument.number, hasSum: true, hasMinMax: true, zeroThreshold: 0)
                if point.zeroCount > 0 { body(0, point.zeroCount) }
                for (side, sign) in [(point.positive, 1.0), (point.negative, -1.0)] {
                    for (position, count) in side.counts.enumerated() where count > 0 {
                        let index = side.offset + position
                        let low = ExponentialScale.lowerBound(of: index, scale: point.scale)
                        let high = ExponentialScale.lowerBound(of: index + 1, scale: point.scale)
                        body(sign * (high.isFinite ? low + (high - low) / 2 : low), count)
                    }
                }
            }
        }
        return summary
    }

    private static func summary(_ words: [UInt64]) -> Summary {
        Summary(
            sum: words[HistogramPoint.Place.sum],
            minimum: Double(bitPattern: words[HistogramPoint.Place.minimum]),
            maximum: Double(bitPattern: words[HistogramPoint.Place.maximum]))
    }
}
