import VitalsBytes
import VitalsMetrics

/// The attributes of series as the bytes of a point, written when a series is first seen and kept for the points that
/// follow.
///
/// They are found by the slot of the series, not by its place among the rows: a reader of changes brings other rows each
/// time. What was not asked for in a while is let go.
final class SeriesAttributes {
    private struct Entry {
        var offset = 0
        var length = 0
        /// Whose they are; zero is nobody's generation.
        var generation: UInt32 = 0
        /// When they were asked for last.
        var round: UInt32 = 0
    }

    /// What was not asked for in so many rounds is let go: a series that was removed, or one whose value has not
    /// changed, which costs little to write again.
    private static let longestIdle: UInt32 = 64
    /// So many bytes of what is no longer used are not worth moving the others.
    private static let smallWaste = 1 << 16

    private var entries: [Entry] = []
    private var bytes = ByteBuffer(capacity: 0)
    private var round: UInt32 = 1
    private var roundsUntilSweep = longestIdle
    /// Bytes of series whose slots have other series now.
    private var waste = 0

    /// How many bytes are kept.
    var size: Int { bytes.count }

    /// Sees to it that the attributes of each row are there, as `KeyValue` fields of this number, and tells their length
    /// together.
    func prepare(_ rows: UnsafeBufferPointer<SeriesRow>, field: UInt32) -> Int {
        var total = 0
        var next = 0
        while next < rows.count {
            entries.withUnsafeMutableBufferPointer { entries in
                while next < rows.count {
                    let series = rows[next].series
                    let slot = Int(series.slot)
                    guard slot < entries.count, entries[slot].generation == series.generation else { break }
                    entries[slot].round = round
                    total &+= entries[slot].length
                    next &+= 1
                }
            }
            if next < rows.count { write(rows[next].series, field) }
        }
        return total
    }

    /// Calls `body` with each row and its attributes, which were prepared.
    @inline(__always)
    func forEach(
        _ rows: UnsafeBufferPointer<SeriesRow>, _ body: (SeriesRow, UnsafeRawBufferPointer) -> Void
    ) {
        let start = UnsafeRawPointer(bytes.base)
        entries.withUnsafeBufferPointer { entries in
            for row in rows {
                let slot = Int(row.series.slot)
                guard slot < entries.count else { continue }
                let entry = entries[slot]
                body(row, UnsafeRawBufferPointer(start: start + entry.offset, count: entry.length))
            }
        }
    }

    @inline(never)
    private func write(_ series: SeriesReference, _ field: UInt32) {
        let slot = Int(series.slot)
        if slot >= entries.count {
            entries.append(contentsOf: repeatElement(Entry(), count: slot + 1 - entries.count))
        }
        waste += entries[slot].length
        let start = bytes.count
        SeriesLabels(series)?.forEach { bytes.append(field: field, key: $0, value: $1) }
        entries[slot] = Entry(
            offset: start, length: bytes.count - start, generation: series.generation, round: round)
    }

    /// Ends a round: what nobody has asked for in many is let go.
    func endRound() {
        roundsUntilSweep -= 1
        if roundsUntilSweep == 0 || waste > max(Self.smallWaste, bytes.count / 2) { sweep() }
        round &+= 1
    }

    private func sweep() {
        roundsUntilSweep = Self.longestIdle
        var kept = 0
        for index in entries.indices {
            if round &- entries[index].round >= Self.longestIdle { entries[index] = Entry() }
            kept += entries[index].length
        }
        while let last = entries.last, last.generation == 0 { entries.removeLast() }
        guard kept < bytes.count else { return }
        waste = 0
        var former = ByteBuffer(capacity: kept)
        swap(&former, &bytes)
        for index in entries.indices {
            let offset = bytes.count
            bytes.append(
                UnsafeRawBufferPointer(start: former.base + entries[index].offset, count: entries[index].length))
            entries[index].offset = offset
        }
        // An array keeps its memory when it shrinks.
        if entries.capacity > 2 * entries.count { entries = entries.map(\.self) }
    }
}
