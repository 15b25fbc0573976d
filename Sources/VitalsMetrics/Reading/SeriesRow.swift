/// One series of a collection: whose it is, since when, and its value, or where its words begin.
package struct SeriesRow {
    package let series: SeriesReference
    /// Unix nanoseconds.
    package let start: UInt64
    package internal(set) var value: UInt64
}

/// A histogram point over a collection's words.
package struct HistogramPoint {
    let words: UnsafePointer<UInt64>
    let number: NumberKind
    let hasSum: Bool
    let hasMinMax: Bool
    package let bucketCount: Int

    /// Where things are in the words of an explicit histogram.
    enum Place {
        static let sum = 0
        static let minimum = 1
        static let maximum = 2
        static let count = 3
        static let buckets = 4
    }

    /// How many values there were.
    package var count: UInt64 { words[Place.count] }
    /// Their sum; nil for instruments that may go down.
    package var sum: Double? { hasSum ? number.double(words[Place.sum]) : nil }
    /// The least; nil for changes since a collection, which cannot tell.
    package var minimum: Double? { hasMinMax && count > 0 ? Double(bitPattern: words[Place.minimum]) : nil }
    /// The greatest; nil for changes since a collection, which cannot tell.
    package var maximum: Double? { hasMinMax && count > 0 ? Double(bitPattern: words[Place.maximum]) : nil }
    /// The count of each bucket, not cumulative, one more than there are bounds.
    package var buckets: UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(start: words + Place.buckets, count: bucketCount)
    }
}

/// An exponential histogram point over a collection's words.
package struct ExponentialPoint {
    let words: UnsafePointer<UInt64>
    let number: NumberKind
    let hasSum: Bool
    let hasMinMax: Bool
    package let zeroThreshold: Double

    /// Where things are in the words of an exponential histogram.
    enum Place {
        static let sum = 0
        static let minimum = 1
        static let maximum = 2
        static let count = 3
        static let zeroCount = 4
        static let scale = 5
        /// Offset and count of the positive buckets, then of the negative ones.
        static let positive = 6
        static let negative = 8
        static let buckets = 10
    }

    /// Neighbouring buckets of one side of zero.
    package struct Side {
        /// The index of the first bucket, in the sense of OpenTelemetry.
        package let offset: Int
        package let counts: UnsafeBufferPointer<UInt64>
    }

    /// How many values there were.
    package var count: UInt64 { words[Place.count] }
    /// Their sum; nil for instruments that may go down.
    package var sum: Double? { hasSum ? number.double(words[Place.sum]) : nil }
    /// The least; nil for changes since a collection, which cannot tell.
    package var minimum: Double? { hasMinMax && count > 0 ? Double(bitPattern: words[Place.minimum]) : nil }
    /// The greatest; nil for changes since a collection, which cannot tell.
    package var maximum: Double? { hasMinMax && count > 0 ? Double(bitPattern: words[Place.maximum]) : nil }
    /// How many were zero, or as near as makes no difference.
    package var zeroCount: UInt64 { words[Place.zeroCount] }
    /// The resolution.
    package var scale: Int { Int(Int64(bitPattern: words[Place.scale])) }
    /// The buckets of values above zero.
    package var positive: Side { side(Place.positive, from: Place.buckets) }
    /// The buckets of values below zero.
    package var negative: Side {
        side(Place.negative, from: Place.buckets + Int(words[Place.positive + 1]))
    }

    private func side(_ place: Int, from start: Int) -> Side {
        Side(
            offset: Int(Int64(bitPattern: words[place])),
            counts: UnsafeBufferPointer(start: words + start, count: Int(words[place + 1])))
    }
}

extension NumberKind {
    /// A word of this kind as a double.
    func double(_ bits: UInt64) -> Double {
        isDouble ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits))
    }

    func subtract(_ bits: UInt64, from total: UInt64) -> UInt64 {
        guard isDouble else { return total &- bits }
        // A sum that has left the doubles changes no more.
        return bits == total ? 0 : (Double(bitPattern: total) - Double(bitPattern: bits)).bitPattern
    }

    func add(_ bits: UInt64, to total: UInt64) -> UInt64 {
        isDouble ? (Double(bitPattern: total) + Double(bitPattern: bits)).bitPattern : total &+ bits
    }
}
