import VitalsBytes
import VitalsMetrics

/// Points. The length of each is known before it is written, so that nothing is moved.
extension MetricsEncoder {
    /// The longest tag and length that may stand before something.
    private static var longestHead: Int { 11 }

    /// Points of sums and gauges.
    mutating func appendNumbers(_ family: FamilySnapshot, _ out: inout ByteBuffer) {
        let time = family.time
        let isDouble = family.number == .double
        let hasExemplars = family.hasExemplars
        exemplars.clear()
        attributes.forEach(family.rows) { row, attributes in
            if hasExemplars { encodeExemplars(of: row, family, field: 5) }
            let length = 27 &+ attributes.count &+ exemplars.count
            out.reserve(Self.longestHead &+ length)
            out.store(1, length: length)
            out.store(2, fixed64: row.start)
            out.store(3, fixed64: time)
            // In the order of their numbers, as Google's runtime writes them.
            if isDouble { out.store(4, fixed64: row.value) }
            if hasExemplars { out.store(exemplars.bytes) }
            if !isDouble { out.store(6, fixed64: row.value) }
            out.store(attributes)
        }
    }

    /// Points of histograms.
    mutating func appendHistograms(_ family: FamilySnapshot, _ bounds: [Double], _ out: inout ByteBuffer) {
        let time = family.time
        let hasExemplars = family.hasExemplars
        exemplars.clear()
        common.clear()
        if !bounds.isEmpty {
            common.append(tag: 7, .delimited)
            common.append(varint: UInt64(8 &* bounds.count))
            for bound in bounds { common.append(fixed64: bound.bitPattern) }
        }
        let bucketBytes = 8 &* (bounds.count &+ 1)
        let fixed =
            27 &+ 1 &+ ByteBuffer.varintSize(UInt64(bucketBytes)) &+ bucketBytes &+ common.count
        attributes.forEach(family.rows) { row, attributes in
            guard let point = family.histogram(row) else { return }
            if hasExemplars { encodeExemplars(of: row, family, field: 8) }
            let (sum, minimum, maximum) = (point.sum, point.minimum, point.maximum)
            var length = fixed &+ attributes.count &+ exemplars.count
            if sum != nil { length &+= 9 }
            if minimum != nil { length &+= 9 }
            if maximum != nil { length &+= 9 }
            out.reserve(Self.longestHead &+ length)
            out.store(1, length: length)
            out.store(2, fixed64: row.start)
            out.store(3, fixed64: time)
            out.store(4, fixed64: point.count)
            if let sum { out.store(5, double: sum) }
            out.store(6, length: bucketBytes)
            out.store(point.buckets)
            out.store(common.bytes)
            if hasExemplars { out.store(exemplars.bytes) }
            out.store(attributes)
            if let minimum { out.store(11, double: minimum) }
            if let maximum { out.store(12, double: maximum) }
        }
    }

    /// Points of exponential histograms. Their buckets are varints, so the length is guessed.
    mutating func appendExponentials(_ family: FamilySnapshot, _ out: inout ByteBuffer) {
        let time = family.time
        let hasExemplars = family.hasExemplars
        exemplars.clear()
        attributes.forEach(family.rows) { row, attributes in
            guard let point = family.exponential(row) else { return }
            if hasExemplars { encodeExemplars(of: row, family, field: 11) }
            let (positive, negative) = (point.positive, point.negative)
            let message = out.beginMessage(
                field: 1,
                expecting: 80 &+ attributes.count &+ exemplars.count &+ positive.counts.count
                    &+ negative.counts.count)
            out.append(attributes)
            out.append(field: 2, fixed64: row.start)
            out.append(field: 3, fixed64: time)
            out.append(field: 4, fixed64: point.count)
            if let sum = point.sum { out.append(field: 5, double: sum) }
            if point.scale != 0 { out.append(field: 6, zigzag: Int64(point.scale)) }
            if point.zeroCount != 0 { out.append(field: 7, fixed64: point.zeroCount) }
            out.append(field: 8, positive)
            out.append(field: 9, negative)
            if hasExemplars { out.append(exemplars.bytes) }
            if let minimum = point.minimum { out.append(field: 12, double: minimum) }
            if let maximum = point.maximum { out.append(field: 13, double: maximum) }
            if point.zeroThreshold != 0 { out.append(field: 14, double: point.zeroThreshold) }
            out.endMessage(message)
        }
    }
}

extension ByteBuffer {
    /// Appends the buckets of one side of zero, if there are any.
    fileprivate mutating func append(field: UInt32, _ side: ExponentialPoint.Side) {
        guard !side.counts.isEmpty else { return }
        let message = beginMessage(field: field, expecting: side.counts.count &+ 6)
        if side.offset != 0 { append(field: 1, zigzag: Int64(side.offset)) }
        let counts = beginMessage(field: 2, expecting: side.counts.count)
        for count in side.counts { append(varint: count) }
        endMessage(counts)
        endMessage(message)
    }
}
