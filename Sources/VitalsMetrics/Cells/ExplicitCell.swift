import Synchronization

/// The payload of an explicit histogram block: sum, minimum, maximum, then one count a bucket. The count of all records
/// is the sum of the buckets, so it cannot disagree with them.
enum ExplicitCell {
    static let sum = 0
    static let minimum = 1
    static let maximum = 2
    static let buckets = 3

    static func make(_ bounds: BucketBounds) -> UInt64 {
        let block = HistogramBlock.make(
            bounds: bounds.padded, paddedBounds: bounds.paddedCount, payloadWords: buckets + bounds.count + 1)
        let words = HistogramBlock.payload(block)
        words[minimum].store(Double.infinity.bitPattern, ordering: .relaxed)
        words[maximum].store((-Double.infinity).bitPattern, ordering: .relaxed)
        return UInt64(UInt(bitPattern: block))
    }

    /// Records a finite value into the calling thread's block.
    @inline(__always)
    static func record<Value: MetricNumber>(_ value: Value, in cell: borrowing Cell) {
        guard let block = HistogramBlock.pointer(cell.value.load(ordering: .relaxed)) else { return }
        let number = value._double
        let bucket = bucket(of: number, block.pointee.bounds, Int(block.pointee.paddedBounds))
        HistogramBlock.change(block) { words in
            let count = words + (buckets + bucket)
            count.pointee.store(count.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
            let sum = Value(_bits: words[Self.sum].load(ordering: .relaxed))
            words[Self.sum].store(sum._adding(value)._bits, ordering: .relaxed)
            widen(words, minimum: Self.minimum, maximum: Self.maximum, to: number)
        }
    }

    @inline(__always)
    static func widen(
        _ words: UnsafeMutablePointer<HistogramBlock.Word>, minimum: Int, maximum: Int, to number: Double
    ) {
        if number < Double(bitPattern: words[minimum].load(ordering: .relaxed)) {
            words[minimum].store(number.bitPattern, ordering: .relaxed)
        }
        if number > Double(bitPattern: words[maximum].load(ordering: .relaxed)) {
            words[maximum].store(number.bitPattern, ordering: .relaxed)
        }
    }

    /// The first bucket whose upper bound is not below `value`: a binary search without branches to mispredict, over
    /// bounds padded with +∞ to one less than a power of two.
    @inline(__always)
    static func bucket(of value: Double, _ bounds: UnsafePointer<Double>, _ padded: Int) -> Int {
        var position = 0
        var half = (padded + 1) >> 1
        while half > 0 {
            let below = bounds[position &+ half &- 1] < value
            position = position &+ (below ? half : 0)
            half >>= 1
        }
        return position
    }
}
