import VitalsBytes
import VitalsMetrics

/// Writes the sample lines of the text formats.
struct LineWriter {
    struct Style {
        let isOpenMetrics: Bool
        /// Whether start times are written as samples of their own.
        let hasCreated: Bool

        var doubles: DoubleFormat { isOpenMetrics ? .openMetrics : .text }
    }

    let style: Style

    init(_ style: Style) {
        self.style = style
    }

    func append(
        _ snapshot: FamilySnapshot, of family: ExposedFamily, labels: LabelCache, into out: inout ByteBuffer
    ) {
        switch snapshot.data {
        case .sum, .gauge: appendValues(snapshot, family, labels, &out)
        case .histogram(let bounds): appendHistograms(snapshot, bounds, family, labels, &out)
        case .exponential: appendExponentials(snapshot, family, labels, &out)
        }
    }

    private func appendValues(
        _ snapshot: FamilySnapshot, _ family: ExposedFamily, _ labels: LabelCache, _ out: inout ByteBuffer
    ) {
        let isDouble = snapshot.number == .double
        let isCounter = family.type == .counter
        let hasExemplars = style.isOpenMetrics && isCounter && snapshot.hasExemplars
        let hasCreated = style.hasCreated && isCounter
        let doubles = style.doubles
        let line = family.value
        labels.forEach(snapshot.rows) { row, labels in
            start(line, labels, &out)
            if isDouble {
                out.append(Double(bitPattern: row.value), as: doubles)
            } else {
                out.append(decimal: Int64(bitPattern: row.value))
            }
            if hasExemplars, let exemplar = snapshot.exemplars(row).max(by: { $0.time < $1.time }) {
                ExemplarText.append(exemplar, to: &out)
            }
            out.append(0x0A)
            if hasCreated { appendCreated(row, family, labels, &out) }
        }
    }

    private func appendHistograms(
        _ snapshot: FamilySnapshot, _ bounds: [Double], _ family: ExposedFamily, _ labels: LabelCache,
        _ out: inout ByteBuffer
    ) {
        let edges = BucketEdges(bounds, style.doubles)
        let hasExemplars = style.isOpenMetrics && snapshot.hasExemplars
        labels.forEach(snapshot.rows) { row, labels in
            guard let point = snapshot.histogram(row) else { return }
            let exemplars = hasExemplars ? ExemplarText.latest(snapshot.exemplars(row), in: bounds) : [:]
            var prefix = Prefix(family.bucket, labels, &out)
            var cumulative: UInt64 = 0
            let buckets = point.buckets
            for index in buckets.indices {
                cumulative &+= buckets[index]
                prefix.append(to: &out)
                edges.append(index, to: &out)
                out.append(decimal: cumulative)
                if hasExemplars, let exemplar = exemplars[index] { ExemplarText.append(exemplar, to: &out) }
                out.append(0x0A)
            }
            appendSummary(
                count: point.count, sum: point.sum, isBelowZero: bounds.first ?? 0 < 0, row, family, labels, &out)
        }
    }

    private func appendExponentials(
        _ snapshot: FamilySnapshot, _ family: ExposedFamily, _ labels: LabelCache, _ out: inout ByteBuffer
    ) {
        family.classic.cover(snapshot)
        let bounds = family.classic.bounds
        let edges = BucketEdges(bounds, style.doubles)
        let hasExemplars = style.isOpenMetrics && snapshot.hasExemplars
        labels.forEach(snapshot.rows) { row, labels in
            guard let point = snapshot.exponential(row) else { return }
            let exemplars = hasExemplars ? ExemplarText.latest(snapshot.exemplars(row), in: bounds) : [:]
            var prefix = Prefix(family.bucket, labels, &out)
            func append(_ index: Int, _ cumulative: UInt64) {
                prefix.append(to: &out)
                edges.append(index, to: &out)
                out.append(decimal: cumulative)
                if hasExemplars, let exemplar = exemplars[index] { ExemplarText.append(exemplar, to: &out) }
                out.append(0x0A)
            }
            family.classic.forEachCount(of: point, append)
            append(bounds.count, point.count)
            appendSummary(
                count: point.count, sum: point.sum, isBelowZero: bounds.first ?? 0 < 0, row, family, labels, &out)
        }
    }

    /// OpenMetrics has neither sum nor count where values may be negative, as the sum could fall.
    private func appendSummary(
        count: UInt64, sum: Double?, isBelowZero: Bool, _ row: SeriesRow, _ family: ExposedFamily,
        _ labels: UnsafeRawBufferPointer, _ out: inout ByteBuffer
    ) {
        let isSummable = !style.isOpenMetrics || (!isBelowZero && sum ?? -1 >= 0)
        if isSummable {
            if let sum {
                start(family.sum, labels, &out)
                out.append(sum, as: style.doubles)
                out.append(0x0A)
            }
            start(family.count, labels, &out)
            out.append(decimal: count)
            out.append(0x0A)
        }
        if style.hasCreated { appendCreated(row, family, labels, &out) }
    }

    private func appendCreated(
        _ row: SeriesRow, _ family: ExposedFamily, _ labels: UnsafeRawBufferPointer, _ out: inout ByteBuffer
    ) {
        start(family.created, labels, &out)
        out.append(seconds: row.start)
        out.append(0x0A)
    }

    /// Begins a line, up to the value.
    @inline(__always)
    private func start(_ line: SampleLine, _ labels: UnsafeRawBufferPointer, _ out: inout ByteBuffer) {
        if labels.isEmpty {
            out.append(line.bare)
        } else {
            out.append(line.labelled)
            out.append(labels)
            out.append("} ")
        }
    }
}

/// What the bucket lines of one series begin with, up to `le`. The first line of a series is put together, and the
/// others begin with a copy of it.
private struct Prefix {
    private let start: Int
    private let count: Int
    private var isWritten = true

    init(_ line: SampleLine, _ labels: UnsafeRawBufferPointer, _ out: inout ByteBuffer) {
        start = out.count
        out.append(line.labelled)
        if !labels.isEmpty {
            out.append(labels)
            out.append(0x2C)
        }
        count = out.count - start
    }

    @inline(__always)
    mutating func append(to out: inout ByteBuffer) {
        if isWritten {
            isWritten = false
        } else {
            out.appendAgain(from: start, count: count)
        }
    }
}

/// `le="0.005"} ` for each bound, and for +Inf behind them: at equal distances, so that a copy has a fixed length, with
/// the true length in the last byte.
private struct BucketEdges: ~Copyable {
    private static let distance = 32
    private let edges: UnsafeMutableRawPointer

    init(_ bounds: [Double], _ style: DoubleFormat) {
        edges = .allocate(byteCount: (bounds.count + 1) * Self.distance, alignment: Self.distance)
        var text = ByteBuffer()
        for (index, bound) in (bounds + [.infinity]).enumerated() {
            text.clear()
            text.append("le=\"")
            text.append(bound, as: style)
            text.append("\"} ")
            // No double has more than 24 characters.
            let length = min(text.count, Self.distance - 1)
            let edge = edges + index * Self.distance
            edge.copyMemory(from: text.base, byteCount: length)
            edge.storeBytes(of: UInt8(length), toByteOffset: Self.distance - 1, as: UInt8.self)
        }
    }

    deinit {
        edges.deallocate()
    }

    @inline(__always)
    func append(_ index: Int, to out: inout ByteBuffer) {
        let edge = UnsafeRawPointer(edges + index &* Self.distance)
        out.append(edge, count: Int(edge.load(fromByteOffset: Self.distance - 1, as: UInt8.self)))
    }
}
