import VitalsBytes
import VitalsMetrics

/// Prometheus' protobuf: one MetricFamily message after the other, each behind its length.
///
/// An exponential histogram is shown twice in one message, as a native histogram and in the classic buckets of the text
/// formats: which of the two is stored is the scraper's choice.
struct ProtobufEncoder: ExpositionEncoder, ~Copyable {
    static let labelSyntax = LabelSyntax.protobuf

    private enum Kind {
        static let counter: UInt64 = 0
        static let gauge: UInt64 = 1
        static let untyped: UInt64 = 3
        static let histogram: UInt64 = 4
    }

    private var family: OpenMessage?

    mutating func begin(_ target: TargetInfo, into out: inout ByteBuffer) {
        beginFamily(name: target.sample, help: "Target metadata", kind: Kind.gauge, into: &out)
        let metric = out.beginMessage(field: 4)
        out.append(target.labels)
        let gauge = out.beginMessage(field: 2)
        out.append(field: 1, double: 1)
        out.endMessage(gauge)
        out.endMessage(metric)
        endFamily(into: &out)
    }

    mutating func beginFamily(_ family: ExposedFamily, into out: inout ByteBuffer) {
        let kind =
            switch family.type {
            case .counter: Kind.counter
            case .gauge: Kind.gauge
            case .histogram: Kind.histogram
            case .unknown: Kind.untyped
            }
        beginFamily(name: family.name.sample, help: family.help, kind: kind, into: &out)
        if !family.unit.isEmpty { out.append(field: 5, text: family.unit) }
    }

    private mutating func beginFamily(name: String, help: String, kind: UInt64, into out: inout ByteBuffer) {
        family = out.beginMessage(expecting: 1 << 14)
        out.append(field: 1, text: name)
        if !help.isEmpty { out.append(field: 2, text: help) }
        out.append(field: 3, varint: kind)
    }

    mutating func endFamily(into out: inout ByteBuffer) {
        if let open = family.take() { out.endMessage(open) }
    }

    func finish(into out: inout ByteBuffer) {}

    func append(
        _ snapshot: FamilySnapshot, of family: ExposedFamily, labels: LabelCache, into out: inout ByteBuffer
    ) {
        switch snapshot.data {
        case .sum, .gauge:
            appendValues(snapshot, isCounter: family.type == .counter, labels, &out)
        case .histogram(let bounds):
            labels.forEach(snapshot.rows) { row, labels in
                guard let point = snapshot.histogram(row) else { return }
                let exemplars =
                    snapshot.hasExemplars ? ExemplarText.latest(snapshot.exemplars(row), in: bounds) : [:]
                let metric = out.beginMessage(field: 4)
                out.append(labels)
                let histogram = out.beginMessage(field: 7, expecting: 256)
                appendSummary(count: point.count, sum: point.sum, start: row.start, &out)
                var cumulative: UInt64 = 0
                for (index, count) in point.buckets.enumerated() {
                    cumulative &+= count
                    let bound = index < bounds.count ? bounds[index] : .infinity
                    appendBucket(bound, cumulative, exemplars.isEmpty ? nil : exemplars[index], &out)
                }
                out.endMessage(histogram)
                out.endMessage(metric)
            }
        case .exponential:
            family.classic.cover(snapshot)
            labels.forEach(snapshot.rows) { row, labels in
                guard let point = snapshot.exponential(row) else { return }
                let metric = out.beginMessage(field: 4)
                out.append(labels)
                appendExponential(
                    point, family.classic, row, snapshot.hasExemplars ? snapshot.exemplars(row) : [], &out)
                out.endMessage(metric)
            }
        }
    }

    private func appendValues(
        _ snapshot: FamilySnapshot, isCounter: Bool, _ labels: LabelCache, _ out: inout ByteBuffer
    ) {
        let isDouble = snapshot.number == .double
        let hasExemplars = isCounter && snapshot.hasExemplars
        labels.forEach(snapshot.rows) { row, labels in
            let value = isDouble ? Double(bitPattern: row.value) : Double(Int64(bitPattern: row.value))
            let metric = out.beginMessage(field: 4, expecting: labels.count)
            out.append(labels)
            // Counter and gauge have their value in the same place.
            let number = out.beginMessage(field: isCounter ? 3 : 2)
            out.append(field: 1, double: value)
            if hasExemplars, let exemplar = snapshot.exemplars(row).max(by: { $0.time < $1.time }) {
                appendExemplar(exemplar, field: 2, &out)
            }
            if isCounter { appendTime(row.start, field: 3, &out) }
            out.endMessage(number)
            out.endMessage(metric)
        }
    }
}

/// The parts of histograms.
extension ProtobufEncoder {
    /// Count, sum and start of a histogram. A sum that nobody knows is NaN, as no sum at all would read as zero.
    func appendSummary(count: UInt64, sum: Double?, start: UInt64, _ out: inout ByteBuffer) {
        out.append(field: 1, varint: count)
        out.append(field: 2, double: sum ?? .nan)
        appendTime(start, field: 15, &out)
    }

    func appendBucket(_ bound: Double, _ cumulative: UInt64, _ exemplar: Exemplar?, _ out: inout ByteBuffer) {
        let bucket = out.beginMessage(field: 3)
        out.append(field: 1, varint: cumulative)
        out.append(field: 2, double: bound)
        if let exemplar { appendExemplar(exemplar, field: 3, &out) }
        out.endMessage(bucket)
    }

    func appendExemplar(_ exemplar: Exemplar, field: UInt32, _ out: inout ByteBuffer) {
        let message = out.beginMessage(field: field)
        for (name, value) in ExemplarText.labels(of: exemplar) {
            Self.labelSyntax.append(name, value, isFirst: false, to: &out)
        }
        out.append(field: 2, double: exemplar.value)
        appendTime(exemplar.time, field: 3, &out)
        out.endMessage(message)
    }

    /// A Timestamp message.
    @inline(__always)
    func appendTime(_ nanoseconds: UInt64, field: UInt32, _ out: inout ByteBuffer) {
        let time = out.beginMessage(field: field)
        out.append(field: 1, varint: nanoseconds / 1_000_000_000)
        out.append(field: 2, varint: nanoseconds % 1_000_000_000)
        out.endMessage(time)
    }
}
