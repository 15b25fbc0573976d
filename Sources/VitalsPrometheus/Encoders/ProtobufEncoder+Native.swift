import VitalsBytes
import VitalsMetrics

/// Native histograms.
extension ProtobufEncoder {
    /// The resolutions that Prometheus knows.
    private static let schemas = -4...8
    /// Stands for "only zero itself": a threshold of zero would let an empty histogram pass for a classic one.
    private static let leastThreshold = 1e-128

    func appendExponential(
        _ point: ExponentialPoint, _ classic: ClassicBuckets, _ row: SeriesRow, _ exemplars: [Exemplar],
        _ out: inout ByteBuffer
    ) {
        let histogram = out.beginMessage(field: 7, expecting: 256)
        appendSummary(count: point.count, sum: point.sum, start: row.start, &out)
        let latest = ExemplarText.latest(exemplars, in: classic.bounds)
        func appendClassic(_ index: Int, _ cumulative: UInt64) {
            appendBucket(
                index < classic.bounds.count ? classic.bounds[index] : .infinity, cumulative, latest[index], &out)
        }
        classic.forEachCount(of: point, appendClassic)
        appendClassic(classic.bounds.count, point.count)
        // Coarser than the coarsest schema: the classic buckets are all that there is to show.
        if point.scale >= Self.schemas.lowerBound {
            let schema = min(point.scale, Self.schemas.upperBound)
            out.append(field: 5, zigzag: Int64(schema))
            out.append(field: 6, double: max(point.zeroThreshold, Self.leastThreshold))
            out.append(field: 7, varint: point.zeroCount)
            append(Buckets(point.negative, shift: point.scale - schema), spans: 9, deltas: 10, &out)
            let positive = Buckets(point.positive, shift: point.scale - schema)
            append(positive, spans: 12, deltas: 13, &out)
            if positive.isEmpty {
                // A span of nothing tells that the histogram is native.
                appendSpan(offset: 0, length: 0, field: 12, &out)
            }
            for exemplar in exemplars.sorted(by: { $0.time < $1.time }) where !exemplar.value.isNaN {
                appendExemplar(exemplar, field: 16, &out)
            }
        }
        out.endMessage(histogram)
    }

    /// The buckets of one side of zero at a lower resolution, those that are empty left out.
    private struct Buckets {
        private let side: ExponentialPoint.Side
        private let shift: Int

        init(_ side: ExponentialPoint.Side, shift: Int) {
            self.side = side
            self.shift = shift
        }

        var isEmpty: Bool { side.counts.allSatisfy { $0 == 0 } }

        /// Calls `body` with the index, in the sense of Prometheus, and the count of each bucket that has one.
        func forEach(_ body: (_ index: Int, _ count: UInt64) -> Void) {
            var current: (index: Int, count: UInt64)?
            for (place, count) in side.counts.enumerated() where count > 0 {
                // A bucket is named by its upper bound there, and by its lower one here.
                let index = ((side.offset + place) >> shift) + 1
                if let known = current, known.index == index {
                    current = (index, known.count &+ count)
                } else {
                    if let known = current { body(known.index, known.count) }
                    current = (index, count)
                }
            }
            if let known = current { body(known.index, known.count) }
        }
    }

    private func append(_ buckets: Buckets, spans: UInt32, deltas: UInt32, _ out: inout ByteBuffer) {
        var next = 0
        var span: (offset: Int, length: UInt64)?
        buckets.forEach { index, _ in
            if let known = span, index == next {
                span = (known.offset, known.length + 1)
            } else {
                if let known = span { appendSpan(offset: known.offset, length: known.length, field: spans, &out) }
                span = (index - next, 1)
            }
            next = index + 1
        }
        guard let span else { return }
        appendSpan(offset: span.offset, length: span.length, field: spans, &out)
        // Packed: one field for all.
        let list = out.beginMessage(field: deltas)
        var former: UInt64 = 0
        buckets.forEach { _, count in
            out.append(zigzag: Int64(bitPattern: count &- former))
            former = count
        }
        out.endMessage(list)
    }

    private func appendSpan(offset: Int, length: UInt64, field: UInt32, _ out: inout ByteBuffer) {
        let span = out.beginMessage(field: field)
        out.append(field: 1, zigzag: Int64(offset))
        out.append(field: 2, varint: length)
        out.endMessage(span)
    }
}
