import CVitals
import VitalsMetrics

/// Classic buckets for exponential histograms, for scrapers that read no native ones.
///
/// The bounds are powers of two, or of four, sixteen and so on where more than `most` would be needed, from the least to
/// the greatest that any series of the family has needed so far. All series of a family show the same bounds, so that
/// they can be added up by `le`, and a bound that was shown is shown again; when a range outgrows `most`, or a
/// histogram becomes coarser than that, every second one.
struct ClassicBuckets {
    /// No more bounds than this on either side of zero.
    static let most = 64

    /// The indexes of the buckets at `scale`, which is 0 or below: bucket `i` ends at 2^((i + 1)·2^−scale).
    private(set) var scale = 0
    private var positive: Range<Int>?
    private var negative: Range<Int>?
    private var hasZero = false
    /// The upper bounds, ascending, without +Inf.
    private(set) var bounds: [Double] = []

    /// Makes room for all points of a stream.
    mutating func cover(_ snapshot: FamilySnapshot) {
        for row in snapshot.rows {
            if let point = snapshot.exponential(row) { cover(point) }
        }
    }

    /// Makes room for a point.
    mutating func cover(_ point: ExponentialPoint) {
        let former = (scale, positive, negative, hasZero)
        scale = min(scale, point.scale)
        rescale(from: former.0)
        extend(&positive, by: point.positive, at: point.scale)
        extend(&negative, by: point.negative, at: point.scale)
        if point.zeroCount > 0 || negative != nil { hasZero = true }
        while max(positive?.count ?? 0, negative?.count ?? 0) > Self.most {
            scale -= 1
            rescale(from: scale + 1)
        }
        guard (scale, positive, negative, hasZero) != former else { return }
        bounds = makeBounds(zero: point.zeroThreshold)
    }

    private mutating func rescale(from former: Int) {
        let shift = former - scale
        guard shift > 0 else { return }
        positive = positive.map { Self.widened($0, by: shift) }
        negative = negative.map { Self.widened($0, by: shift) }
    }

    private static func widened(_ range: Range<Int>, by shift: Int) -> Range<Int> {
        (range.lowerBound >> shift)..<(((range.upperBound - 1) >> shift) + 1)
    }

    private func extend(_ range: inout Range<Int>?, by side: ExponentialPoint.Side, at sideScale: Int) {
        guard let first = side.counts.firstIndex(where: { $0 > 0 }),
            let last = side.counts.lastIndex(where: { $0 > 0 })
        else { return }
        let shift = sideScale - scale
        let low = (side.offset + first) >> shift
        let high = ((side.offset + last) >> shift) + 1
        range = min(low, range?.lowerBound ?? low)..<max(high, range?.upperBound ?? high)
    }

    /// 2^(index·2^−scale); the greatest double's bucket ends at infinity.
    private func bound(_ index: Int) -> Double {
        let exponent = index << -scale
        return exponent > 1023 ? .infinity : vitals_ldexp(1, Int32(clamping: max(exponent, -1074)))
    }

    private func makeBounds(zero: Double) -> [Double] {
        var bounds: [Double] = []
        if let negative {
            for index in negative.reversed() { bounds.append(-bound(index)) }
        }
        if hasZero { bounds.append(zero) }
        if let positive {
            for index in positive { bounds.append(bound(index + 1)) }
        }
        // At the ends of the doubles neighbouring bounds may be equal, and the last one is +Inf, which comes by itself.
        var distinct: [Double] = []
        for bound in bounds where bound.isFinite && bound > distinct.last ?? -.infinity { distinct.append(bound) }
        return distinct
    }

    /// Calls `body` with the cumulative count of each bound for a point that is covered; what is beyond the last one is
    /// in the point's count alone.
    func forEachCount(of point: ExponentialPoint, _ body: (_ index: Int, _ cumulative: UInt64) -> Void) {
        let shift = point.scale - scale
        var cumulative: UInt64 = 0
        var index = 0
        // Every bucket ends at a bound: what ends at or before one belongs to it.
        func advance(to end: Double) {
            while index < bounds.count, bounds[index] < end {
                body(index, cumulative)
                index += 1
            }
        }
        for place in point.negative.counts.indices.reversed() where point.negative.counts[place] > 0 {
            advance(to: -bound((point.negative.offset + place) >> shift))
            cumulative &+= point.negative.counts[place]
        }
        if point.zeroCount > 0 {
            advance(to: point.zeroThreshold)
            cumulative &+= point.zeroCount
        }
        for place in point.positive.counts.indices where point.positive.counts[place] > 0 {
            advance(to: bound(((point.positive.offset + place) >> shift) + 1))
            cumulative &+= point.positive.counts[place]
        }
        advance(to: .infinity)
    }
}
