import VitalsBytes
import VitalsMetrics

/// One family: a `Metric` with its data.
extension MetricsEncoder {
    /// The number of a kind of data in `Metric`, and of the attributes in its points.
    private struct Fields {
        let data: UInt32
        let attributes: UInt32

        static let gauge = Fields(data: 5, attributes: 7)
        static let sum = Fields(data: 7, attributes: 7)
        static let histogram = Fields(data: 9, attributes: 9)
        static let exponential = Fields(data: 10, attributes: 1)
    }

    mutating func appendMetric(_ family: FamilySnapshot, _ out: inout ByteBuffer) {
        let fields: Fields
        let pointSize: Int
        switch family.data {
        case .gauge: (fields, pointSize) = (.gauge, 30)
        case .sum: (fields, pointSize) = (.sum, 30)
        case .histogram(let bounds): (fields, pointSize) = (.histogram, 70 + 16 * bounds.count)
        case .exponential: (fields, pointSize) = (.exponential, 150)
        }
        let length = attributes.prepare(family.rows, field: fields.attributes) &+ family.rows.count &* pointSize
        // Whole, so that memory grows once for a family.
        out.reserve(length)
        let metric = out.beginMessage(field: 2, expecting: length &+ family.name.utf8.count &+ 32)
        out.append(field: 1, text: family.name)
        if !family.description.isEmpty { out.append(field: 2, text: family.description) }
        if !family.unit.symbol.isEmpty { out.append(field: 3, text: family.unit.symbol) }
        let data = out.beginMessage(field: fields.data, expecting: length)
        switch family.data {
        case .gauge:
            appendNumbers(family, &out)
        case .sum(let isMonotonic):
            appendNumbers(family, &out)
            appendTemporality(family, &out)
            if isMonotonic { out.append(field: 3, varint: 1) }
        case .histogram(let bounds):
            appendHistograms(family, bounds, &out)
            appendTemporality(family, &out)
        case .exponential:
            appendExponentials(family, &out)
            appendTemporality(family, &out)
        }
        out.endMessage(data)
        out.endMessage(metric)
    }

    private func appendTemporality(_ family: FamilySnapshot, _ out: inout ByteBuffer) {
        out.append(field: 2, varint: family.isDelta ? 1 : 2)
    }

    /// Keeps the exemplars of a row as a repeated field, to be stored with the point.
    @inline(__always)
    mutating func encodeExemplars(of row: SeriesRow, _ family: FamilySnapshot, field: UInt32) {
        exemplars.clear()
        for exemplar in family.exemplars(row) {
            exemplars.append(exemplar, isInteger: family.number == .int, field: field)
        }
    }
}

extension ByteBuffer {
    /// Appends an `Exemplar`, whose value is an integer where the instrument has integers.
    mutating func append(_ exemplar: Exemplar, isInteger: Bool, field: UInt32) {
        let message = beginMessage(field: field)
        append(field: 2, fixed64: exemplar.time)
        let integer = isInteger ? Int64(exactly: exemplar.value) : nil
        if integer == nil { append(field: 3, double: exemplar.value) }
        if let context = exemplar.context {
            append(tag: 4, .delimited)
            append(varint: 8)
            append(bigEndian: context.spanID)
            append(tag: 5, .delimited)
            append(varint: 16)
            append(bigEndian: context.traceID.high)
            append(bigEndian: context.traceID.low)
        }
        if let integer { append(field: 6, fixed64: UInt64(bitPattern: integer)) }
        append(field: 7, attributes: exemplar.attributes)
        endMessage(message)
    }

    private mutating func append(bigEndian number: UInt64) {
        append(fixed64: number.byteSwapped)
    }
}
