import Synchronization

/// Totals of sums: what most series are, so they are read in blocks. The records of a block are read in one go, and then
/// the cells of each thread, which lie side by side.
extension Collection {
    private static let block = 64

    func appendSums(_ order: [UInt32], _ number: NumberKind, _ moment: Moment, _ scratch: inout Scratch) {
        scratch.rows.reserveCapacity(order.count)
        order.withUnsafeBufferPointer { order in
            withUnsafeTemporaryAllocation(of: SeriesRow.self, capacity: Self.block) { rows in
                var start = 0
                while start < order.count {
                    let end = min(start &+ Self.block, order.count)
                    let count = Self.readRecords(order[start..<end], until: moment.time, into: rows)
                    let filled = UnsafeMutableBufferPointer(rebasing: rows[..<count])
                    if number.isDouble {
                        moment.shards.forEachSum(in: filled) { sum, bits in
                            (Double(bitPattern: sum) + Double(bitPattern: bits)).bitPattern
                        }
                    } else {
                        moment.shards.forEachSum(in: filled) { $0 &+ $1 }
                    }
                    scratch.rows.append(contentsOf: UnsafeBufferPointer(filled))
                    start = end
                }
            }
        }
    }

    /// Rows with zeros for the series of these slots that have something to report, and how many there are.
    @inline(__always)
    private static func readRecords(
        _ slots: Slice<UnsafeBufferPointer<UInt32>>, until time: UInt64,
        into rows: UnsafeMutableBufferPointer<SeriesRow>
    ) -> Int {
        var count = 0
        for slot in slots {
            guard let (series, start) = reportable(slot, inChanges: false) else { continue }
            rows.initializeElement(at: count, to: SeriesRow(series: series, start: min(start, time), value: 0))
            count &+= 1
        }
        return count
    }
}

extension ShardSet {
    /// Adds each thread's cells to the values of the rows.
    @inline(__always)
    func forEachSum(in rows: UnsafeMutableBufferPointer<SeriesRow>, _ add: (UInt64, UInt64) -> UInt64) {
        for shard in shards {
            for index in rows.indices {
                let series = rows[index].series
                guard let cell = ThreadShard.cell(series.slot, in: shard),
                    cell.pointee.tag.load(ordering: .acquiring) & ~CellLayout.frozen
                        == UInt64(series.generation) | CellLayout.sum
                else { continue }
                rows[index].value = add(rows[index].value, cell.pointee.value.load(ordering: .relaxed))
            }
        }
    }
}
