import Synchronization

/// The shards that existed when a collection began, and the sums over them.
struct ShardSet: @unchecked Sendable {
    let shards: [UnsafeMutablePointer<ThreadShard>]

    @inline(__always)
    private func forEachCell(
        of series: SeriesReference, _ layout: UInt64, _ body: (UnsafeMutablePointer<Cell>) -> Void
    ) {
        let tag = UInt64(series.generation) | layout
        for shard in shards {
            guard let cell = ThreadShard.cell(series.slot, in: shard),
                cell.pointee.tag.load(ordering: .acquiring) & ~CellLayout.frozen == tag
            else { continue }
            body(cell)
        }
    }

    /// The sum of all threads' cells, as a word of the given kind of number.
    @inline(__always)
    func sum(of series: SeriesReference, _ number: NumberKind) -> UInt64 {
        if number.isDouble {
            var sum = 0.0
            forEachCell(of: series, CellLayout.sum) {
                sum += Double(bitPattern: $0.pointee.value.load(ordering: .relaxed))
            }
            return sum.bitPattern
        }
        var sum: UInt64 = 0
        forEachCell(of: series, CellLayout.sum) { sum &+= $0.pointee.value.load(ordering: .relaxed) }
        return sum
    }

    /// Copies each thread's payload of a histogram series to `scratch` and hands it on. False if one of them could not be
    /// read as a whole: then what was handed on is not all there is.
    func forEachPayload(
        of series: SeriesReference, _ layout: UInt64, _ scratch: inout [UInt64],
        _ body: (UnsafeBufferPointer<UInt64>, ExponentialShape) -> Void
    ) -> Bool {
        var isWhole = true
        forEachCell(of: series, layout) { cell in
            guard let block = HistogramBlock.pointer(cell.pointee.value.load(ordering: .acquiring)) else { return }
            let count = Int(block.pointee.payloadWords)
            if scratch.count < count { scratch = Array(repeating: 0, count: count) }
            scratch.withUnsafeMutableBufferPointer { words in
                guard let base = words.baseAddress, HistogramBlock.read(block, into: base) else {
                    isWhole = false
                    return
                }
                body(UnsafeBufferPointer(start: base, count: count), block.pointee.shape)
            }
        }
        return isWhole
    }
}
