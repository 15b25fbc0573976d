/// Brings exponential buckets of several threads, or of two collections, to one scale.
struct ExponentialMerge {
    private struct Bucket {
        let isNegative: Bool
        let scale: Int
        let index: Int
        let count: UInt64
    }

    private typealias Place = ExponentialPoint.Place

    private var buckets: [Bucket] = []
    private var sum: UInt64 = 0
    private var minimum = Double.infinity
    private var maximum = -Double.infinity
    private var zeroCount: UInt64 = 0
    private var scale = 0

    init() {}

    mutating func begin(maxScale: Int) {
        buckets.removeAll(keepingCapacity: true)
        sum = 0
        minimum = .infinity
        maximum = -.infinity
        zeroCount = 0
        scale = maxScale
    }

    /// Adds what one thread recorded.
    mutating func add(_ payload: UnsafeBufferPointer<UInt64>, _ shape: ExponentialShape, _ number: NumberKind) {
        sum = number.add(payload[ExponentialCell.sum], to: sum)
        minimum = min(minimum, Double(bitPattern: payload[ExponentialCell.minimum]))
        maximum = max(maximum, Double(bitPattern: payload[ExponentialCell.maximum]))
        zeroCount &+= payload[ExponentialCell.zeroCount]
        let theirs = Int(Int64(bitPattern: payload[ExponentialCell.scale]))
        scale = min(scale, theirs)
        for side in 0...1 {
            let low = Int(Int64(bitPattern: payload[ExponentialCell.window + 2 * side]))
            let high = Int(Int64(bitPattern: payload[ExponentialCell.window + 2 * side + 1]))
            guard low <= high else { continue }
            for index in low...high {
                let count = payload[ExponentialCell.position(of: index, side, shape)]
                if count > 0 {
                    buckets.append(Bucket(isNegative: side == 1, scale: theirs, index: index, count: count))
                }
            }
        }
    }

    /// Adds values recorded before a view chose these buckets, as far as they are still known.
    mutating func add(_ value: Double, count: UInt64, zeroThreshold: Double) {
        guard count > 0 else { return }
        if value.magnitude <= zeroThreshold {
            zeroCount &+= count
        } else if value.isFinite {
            let index = ExponentialScale.index(of: value.magnitude, scale: ExponentialScale.highest)
            buckets.append(
                Bucket(isNegative: value < 0, scale: ExponentialScale.highest, index: index, count: count))
        }
    }

    mutating func addSummary(sum bits: UInt64, minimum low: Double, maximum high: Double, _ number: NumberKind) {
        sum = number.add(bits, to: sum)
        minimum = min(minimum, low)
        maximum = max(maximum, high)
    }

    /// Adds a finished point, or takes it away.
    mutating func add(_ point: UnsafePointer<UInt64>, isTakenAway: Bool, _ number: NumberKind) {
        sum =
            isTakenAway
            ? number.subtract(point[Place.sum], from: sum) : number.add(point[Place.sum], to: sum)
        zeroCount = isTakenAway ? zeroCount &- point[Place.zeroCount] : zeroCount &+ point[Place.zeroCount]
        let theirs = Int(Int64(bitPattern: point[Place.scale]))
        scale = min(scale, theirs)
        var next = point + Place.buckets
        for place in [Place.positive, Place.negative] {
            let offset = Int(Int64(bitPattern: point[place]))
            for position in 0..<Int(point[place + 1]) {
                if next.pointee > 0 {
                    let count = isTakenAway ? 0 &- next.pointee : next.pointee
                    buckets.append(
                        Bucket(
                            isNegative: place == Place.negative, scale: theirs, index: offset + position,
                            count: count))
                }
                next += 1
            }
        }
    }

    /// Appends the merged point to `words`, at a scale at which neither side has more than `maxSize` buckets.
    mutating func finish(maxSize: Int, into words: inout [UInt64]) {
        for isNegative in [false, true] {
            if let window = window(isNegative) {
                scale -= ExponentialScale.halvings(low: window.low, high: window.high, size: maxSize)
            }
        }
        let start = words.count
        words.append(sum)
        words.append(minimum.bitPattern)
        words.append(maximum.bitPattern)
        words.append(0)
        words.append(zeroCount)
        words.append(UInt64(bitPattern: Int64(scale)))
        for _ in 0..<4 { words.append(0) }
        var total = zeroCount
        total &+= appendSide(false, start + Place.positive, &words)
        total &+= appendSide(true, start + Place.negative, &words)
        words[start + Place.count] = total
    }

    private func window(_ isNegative: Bool) -> (low: Int, high: Int)? {
        var low = Int.max
        var high = Int.min
        for bucket in buckets where bucket.isNegative == isNegative {
            let index = bucket.index >> (bucket.scale - scale)
            low = min(low, index)
            high = max(high, index)
        }
        return low <= high ? (low, high) : nil
    }

    /// Appends the counts of one side without empty buckets at its ends, and returns their sum.
    private func appendSide(_ isNegative: Bool, _ place: Int, _ words: inout [UInt64]) -> UInt64 {
        guard let window = window(isNegative) else { return 0 }
        let start = words.count
        words.append(contentsOf: repeatElement(0, count: window.high - window.low + 1))
        for bucket in buckets where bucket.isNegative == isNegative {
            let position = bucket.index >> (bucket.scale - scale) - window.low
            words[start + position] &+= bucket.count
        }
        var first = start
        while first < words.count, words[first] == 0 { first += 1 }
        while words.count > first, words[words.count - 1] == 0 { words.removeLast() }
        // Nothing is left where everything was taken away; an offset would mean nothing.
        guard first < words.count else {
            words.removeSubrange(start...)
            return 0
        }
        let skipped = first - start
        words.removeSubrange(start..<first)
        words[place] = UInt64(bitPattern: Int64(window.low + skipped))
        words[place + 1] = UInt64(words.count - start)
        return words[start...].reduce(0, &+)
    }
}
