import Synchronization

/// The payload of an exponential histogram block. Each side's buckets are a ring: bucket `index` sits at
/// `index & (capacity - 1)`, so the window may move in both directions without moving a count.
enum ExponentialCell {
    static let sum = 0
    static let minimum = 1
    static let maximum = 2
    static let zeroCount = 3
    static let scale = 4
    /// The lowest and highest index in use, of the positive and then of the negative side; low above high: none yet.
    static let window = 5
    static let buckets = 9

    typealias Words = UnsafeMutablePointer<HistogramBlock.Word>

    static func make(_ shape: ExponentialShape) -> UInt64 {
        var shape = shape
        shape.positiveCapacity = 8
        let block = allocate(shape, former: 0)
        let words = HistogramBlock.payload(block)
        words[minimum].store(Double.infinity.bitPattern, ordering: .relaxed)
        words[maximum].store((-Double.infinity).bitPattern, ordering: .relaxed)
        store(shape.maxScale, words + scale)
        for side in 0...1 { store(1, words + (window + 2 * side)) }
        return UInt64(UInt(bitPattern: block))
    }

    /// Records a finite value into the calling thread's block.
    @inline(__always)
    static func record<Value: MetricNumber>(_ value: Value, in cell: borrowing Cell) {
        guard let block = HistogramBlock.pointer(cell.value.load(ordering: .relaxed)) else { return }
        let number = value._double
        let magnitude = number.magnitude
        if magnitude <= block.pointee.shape.zeroThreshold {
            return HistogramBlock.change(block) { words in
                increment(words + zeroCount)
                summarise(value, number, words)
            }
        }
        let side = number < 0 ? 1 : 0
        let words = HistogramBlock.payload(block)
        let index = ExponentialScale.index(of: magnitude, scale: load(words + scale))
        let low = load(words + (window + 2 * side))
        let high = load(words + (window + 2 * side + 1))
        if index >= low, index <= high {
            let place = position(of: index, side, block.pointee.shape)
            return HistogramBlock.change(block) { words in
                increment(words + place)
                summarise(value, number, words)
            }
        }
        recordOutside(value, number, magnitude, side, cell)
    }

    /// The window has to move: with a larger block, at a lower scale, or just so.
    @inline(never)
    private static func recordOutside<Value: MetricNumber>(
        _ value: Value, _ number: Double, _ magnitude: Double, _ side: Int, _ cell: borrowing Cell
    ) {
        guard var block = HistogramBlock.pointer(cell.value.load(ordering: .relaxed)) else { return }
        var words = HistogramBlock.payload(block)
        var (index, low, high) = reach(words, magnitude, side)
        let halvings = ExponentialScale.halvings(low: low, high: high, size: block.pointee.shape.maxSize)
        if halvings > 0 {
            let shape = block.pointee.shape
            HistogramBlock.change(block) { downscale($0, shape, by: halvings) }
            (index, low, high) = reach(words, magnitude, side)
        }
        let capacity = side == 0 ? block.pointee.shape.positiveCapacity : block.pointee.shape.negativeCapacity
        if high - low >= capacity {
            block = grow(block, side, toHold: high - low + 1)
            cell.value.store(UInt64(UInt(bitPattern: block)), ordering: .releasing)
            words = HistogramBlock.payload(block)
        }
        let place = position(of: index, side, block.pointee.shape)
        HistogramBlock.change(block) { words in
            store(low, words + (window + 2 * side))
            store(high, words + (window + 2 * side + 1))
            increment(words + place)
            summarise(value, number, words)
        }
    }

    /// The bucket of `magnitude` at the present scale, and the window once it holds that bucket.
    private static func reach(_ words: Words, _ magnitude: Double, _ side: Int) -> (index: Int, low: Int, high: Int) {
        let index = ExponentialScale.index(of: magnitude, scale: load(words + scale))
        let low = load(words + (window + 2 * side))
        let high = load(words + (window + 2 * side + 1))
        return low > high ? (index, index, index) : (index, min(low, index), max(high, index))
    }

    private static func downscale(_ words: Words, _ shape: ExponentialShape, by halvings: Int) {
        store(load(words + scale) - halvings, words + scale)
        for side in 0...1 {
            let low = load(words + (window + 2 * side))
            let high = load(words + (window + 2 * side + 1))
            guard low <= high else { continue }
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: high - low + 1) { counts in
                for index in low...high {
                    let word = words + position(of: index, side, shape)
                    counts[index - low] = word.pointee.load(ordering: .relaxed)
                    word.pointee.store(0, ordering: .relaxed)
                }
                for index in low...high {
                    let word = words + position(of: index >> halvings, side, shape)
                    word.pointee.store(
                        word.pointee.load(ordering: .relaxed) &+ counts[index - low], ordering: .relaxed)
                }
            }
            store(low >> halvings, words + (window + 2 * side))
            store(high >> halvings, words + (window + 2 * side + 1))
        }
    }

    private static func grow(
        _ block: HistogramBlock.Pointer, _ side: Int, toHold count: Int
    ) -> HistogramBlock.Pointer {
        let shape = block.pointee.shape
        var larger = shape
        var capacity = 8
        while capacity < count { capacity *= 2 }
        if side == 0 { larger.positiveCapacity = capacity } else { larger.negativeCapacity = capacity }
        let grown = allocate(larger, former: UInt64(UInt(bitPattern: block)))
        let from = HistogramBlock.payload(block)
        let to = HistogramBlock.payload(grown)
        for word in 0..<buckets { to[word].store(from[word].load(ordering: .relaxed), ordering: .relaxed) }
        for side in 0...1 {
            let low = load(from + (window + 2 * side))
            let high = load(from + (window + 2 * side + 1))
            guard low <= high else { continue }
            for index in low...high {
                let count = from[position(of: index, side, shape)].load(ordering: .relaxed)
                to[position(of: index, side, larger)].store(count, ordering: .relaxed)
            }
        }
        return grown
    }

    private static func allocate(_ shape: ExponentialShape, former: UInt64) -> HistogramBlock.Pointer {
        HistogramBlock.make(
            bounds: BucketBounds.none.padded, paddedBounds: 0,
            payloadWords: buckets + shape.positiveCapacity + shape.negativeCapacity, former: former, shape: shape)
    }

    @inline(__always)
    static func position(of index: Int, _ side: Int, _ shape: ExponentialShape) -> Int {
        side == 0
            ? buckets + (index & (shape.positiveCapacity - 1))
            : buckets + shape.positiveCapacity + (index & (shape.negativeCapacity - 1))
    }

    @inline(__always)
    private static func summarise<Value: MetricNumber>(_ value: Value, _ number: Double, _ words: Words) {
        let total = Value(_bits: words[sum].load(ordering: .relaxed))
        words[sum].store(total._adding(value)._bits, ordering: .relaxed)
        ExplicitCell.widen(words, minimum: minimum, maximum: maximum, to: number)
    }

    @inline(__always)
    private static func increment(_ word: Words) {
        word.pointee.store(word.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    @inline(__always)
    private static func load(_ word: Words) -> Int {
        Int(truncatingIfNeeded: Int64(bitPattern: word.pointee.load(ordering: .relaxed)))
    }

    @inline(__always)
    private static func store(_ value: Int, _ word: Words) {
        word.pointee.store(UInt64(bitPattern: Int64(value)), ordering: .relaxed)
    }
}
