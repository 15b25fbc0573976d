import VitalsBytes
import VitalsMetrics

/// The labels of the series of one stream as bytes of one syntax, in the order in which a collection brings the rows.
///
/// Labels are written when a series is first seen. As long as series only come, and come last, the bytes of the others
/// are used as they are.
final class LabelCache {
    private struct Entry {
        let series: SeriesReference
        let offset: UInt32
        let length: UInt32
        /// Whether another series shows the same labels.
        var isHidden = false
    }

    private var entries: [Entry] = []
    private var bytes = ByteBuffer(capacity: 0)
    private let writer: LabelWriter
    /// The label shapes seen; two series of one shape differ in their values.
    private var shapes: Set<UInt32> = []
    /// Whether a series may show the same labels as another one of its shape.
    private var mayRepeat = false
    /// Counts the times that series have come or gone.
    private var edition = 0
    /// With which series labels were compared last.
    private var compared: [Edition] = []

    private struct Edition: Equatable {
        let cache: ObjectIdentifier
        let number: Int
    }

    /// How many series show the labels of another one and are left out.
    private(set) var hidden = 0

    init(_ writer: LabelWriter) {
        self.writer = writer
    }

    /// Calls `body` with each row and its labels. The labels of all rows were prepared.
    @inline(__always)
    func forEach(
        _ rows: UnsafeBufferPointer<SeriesRow>, _ body: (SeriesRow, UnsafeRawBufferPointer) -> Void
    ) {
        let start = UnsafeRawPointer(bytes.base)
        entries.withUnsafeBufferPointer { entries in
            for index in 0..<min(rows.count, entries.count) where !entries[index].isHidden {
                let entry = entries[index]
                body(
                    rows[index],
                    UnsafeRawBufferPointer(start: start + Int(entry.offset), count: Int(entry.length)))
            }
        }
    }

    /// Sees to it that there are labels for each row.
    ///
    /// - Parameter others: Whose series stand before these under the same name and may have the same labels.
    func prepare(_ rows: UnsafeBufferPointer<SeriesRow>, besides others: [LabelCache] = []) {
        if update(rows) { edition += 1 }
        let current = (others + [self]).map { Edition(cache: ObjectIdentifier($0), number: $0.edition) }
        guard current != compared else { return }
        hideRepeated(besides: others)
        compared = current
    }

    /// True if there are series that were not there before, or no longer.
    private func update(_ rows: UnsafeBufferPointer<SeriesRow>) -> Bool {
        if entries.isEmpty { entries.reserveCapacity(rows.count) }
        var known = 0
        entries.withUnsafeBufferPointer { entries in
            let shared = min(rows.count, entries.count)
            while known < shared, entries[known].series == rows[known].series { known += 1 }
        }
        if known == rows.count, known == entries.count { return false }
        if known == entries.count {
            for row in rows[known...] { write(row.series) }
        } else {
            rebuild(rows)
        }
        return true
    }

    /// Takes over what is known of series that are still there, and nothing of the others.
    private func rebuild(_ rows: UnsafeBufferPointer<SeriesRow>) {
        let former = Dictionary(entries.map { ($0.series, $0) }) { first, _ in first }
        var kept = ByteBuffer(capacity: bytes.count)
        swap(&kept, &bytes)
        entries.removeAll(keepingCapacity: true)
        for row in rows {
            guard let entry = former[row.series] else {
                write(row.series)
                continue
            }
            entries.append(Entry(series: row.series, offset: UInt32(bytes.count), length: entry.length))
            bytes.append(
                UnsafeRawBufferPointer(start: kept.base + Int(entry.offset), count: Int(entry.length)))
        }
    }

    private func write(_ series: SeriesReference) {
        let start = bytes.count
        if let labels = SeriesLabels(series) {
            let isPlain = writer.write(labels, to: &bytes)
            if !isPlain { mayRepeat = true }
            shapes.insert(labels.shapeID)
        }
        // Beyond four gigabytes of labels there is nothing to be shown.
        guard let offset = UInt32(exactly: start), let length = UInt32(exactly: bytes.count - start) else {
            bytes.truncate(to: start)
            entries.append(Entry(series: series, offset: 0, length: 0, isHidden: true))
            return
        }
        entries.append(Entry(series: series, offset: offset, length: length))
    }

    /// Of several series with the same labels Prometheus would take any: the first one is shown.
    private func hideRepeated(besides others: [LabelCache]) {
        if hidden > 0 { for index in entries.indices { entries[index].isHidden = false } }
        hidden = 0
        guard mayRepeat || shapes.count > 1 || !others.isEmpty else { return }
        var seen: [Int: [(LabelCache, Int)]] = [:]
        for cache in others + [self] {
            for index in cache.entries.indices {
                if cache === self { entries[index].isHidden = false }
                if cache.entries[index].isHidden { continue }
                let own = cache.labels(of: index)
                var hasher = Hasher()
                hasher.combine(bytes: own)
                let hash = hasher.finalize()
                if seen[hash]?.contains(where: { $0.labels(of: $1).elementsEqual(own) }) == true {
                    entries[index].isHidden = true
                    hidden += 1
                } else {
                    seen[hash, default: []].append((cache, index))
                }
            }
        }
    }

    private func labels(of index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: bytes.base + Int(entries[index].offset), count: Int(entries[index].length))
    }
}
