/// A MetricFamily, decoded by the numbers of its fields.
struct DecodedFamily {
    enum Kind: UInt64 {
        case counter = 0
        case gauge = 1
        case histogram = 4
    }

    let name: String
    let help: String?
    let unit: String?
    let kind: Kind
    let metrics: [DecodedMetric]

    /// The families of a delimited stream.
    static func families(_ body: some Collection<UInt8>) throws -> [DecodedFamily] {
        var reader = WireReader(ArraySlice(Array(body)))
        var families: [DecodedFamily] = []
        while !reader.isAtEnd { families.append(try DecodedFamily(WireMessage(try reader.delimited()))) }
        guard Set(families.map(\.name)).count == families.count else {
            throw WireMessage.Malformed(reason: "a family twice")
        }
        return families
    }

    private init(_ message: WireMessage) throws {
        try message.only([1, 2, 3, 4, 5], in: "MetricFamily")
        name = try message.text(1) ?? ""
        help = try message.text(2)
        unit = try message.text(5)
        guard let number = try message.uint(3), let kind = Kind(rawValue: number) else {
            throw WireMessage.Malformed(reason: "no type of \(name)")
        }
        self.kind = kind
        metrics = try message.messages(4).map { try DecodedMetric($0, kind) }
        guard !name.isEmpty, !metrics.isEmpty else { throw WireMessage.Malformed(reason: "an empty family \(name)") }
        guard Set(metrics.map(\.labels)).count == metrics.count else {
            throw WireMessage.Malformed(reason: "a series twice in \(name)")
        }
    }
}

/// A series of a MetricFamily.
struct DecodedMetric {
    let labels: [String: String]
    let value: Double?
    let created: String?
    let exemplar: DecodedExemplar?
    let histogram: DecodedHistogram?

    init(_ message: WireMessage, _ kind: DecodedFamily.Kind) throws {
        let field = kind == .gauge ? 2 : kind == .counter ? 3 : 7
        try message.only([1, field], in: "Metric")
        labels = try Self.labels(message)
        guard let point = try message.message(field) else { throw WireMessage.Malformed(reason: "no value") }
        switch kind {
        case .gauge:
            try point.only([1], in: "Gauge")
            (value, created, exemplar, histogram) = (try point.double(1), nil, nil, nil)
        case .counter:
            try point.only([1, 2, 3], in: "Counter")
            value = try point.double(1)
            exemplar = try point.message(2).map { try DecodedExemplar($0) }
            created = try point.message(3).map { try Self.time($0) }
            histogram = nil
        case .histogram:
            (value, exemplar) = (nil, nil)
            created = try point.message(15).map { try Self.time($0) }
            histogram = try DecodedHistogram(point)
        }
    }

    static func labels(_ message: WireMessage) throws -> [String: String] {
        var labels: [String: String] = [:]
        for pair in try message.messages(1) {
            try pair.only([1, 2], in: "LabelPair")
            guard let name = try pair.text(1), let value = try pair.text(2),
                labels.updateValue(value, forKey: name) == nil
            else { throw WireMessage.Malformed(reason: "a label twice, or half of one") }
        }
        return labels
    }

    /// A Timestamp as `seconds+nanoseconds`.
    static func time(_ message: WireMessage) throws -> String {
        try message.only([1, 2], in: "Timestamp")
        return "\(try message.uint(1) ?? 0)+\(try message.uint(2) ?? 0)"
    }
}

struct DecodedExemplar {
    let labels: [String: String]
    let value: Double?
    let time: String?

    init(_ message: WireMessage) throws {
        try message.only([1, 2, 3], in: "Exemplar")
        labels = try DecodedMetric.labels(message)
        value = try message.double(2)
        time = try message.message(3).map { try DecodedMetric.time($0) }
    }
}

struct DecodedHistogram {
    struct Bucket: Hashable {
        let bound: Double
        let count: UInt64
    }

    struct Span: Hashable {
        let offset: Int
        let length: UInt64
    }

    let count: UInt64?
    let sum: Double?
    let buckets: [Bucket]
    let bucketExemplars: [Double: DecodedExemplar]
    let schema: Int?
    let zeroThreshold: Double?
    let zeroCount: UInt64?
    let negative: (spans: [Span], deltas: [Int])
    let positive: (spans: [Span], deltas: [Int])
    let exemplars: [DecodedExemplar]

    init(_ message: WireMessage) throws {
        try message.only([1, 2, 3, 5, 6, 7, 9, 10, 12, 13, 15, 16], in: "Histogram")
        count = try message.uint(1)
        sum = try message.double(2)
        var buckets: [Bucket] = []
        var found: [Double: DecodedExemplar] = [:]
        for bucket in try message.messages(3) {
            try bucket.only([1, 2, 3], in: "Bucket")
            let bound = try bucket.double(2) ?? .nan
            buckets.append(Bucket(bound: bound, count: try bucket.uint(1) ?? 0))
            if let exemplar = try bucket.message(3) { found[bound] = try DecodedExemplar(exemplar) }
        }
        self.buckets = buckets
        bucketExemplars = found
        schema = try message.sint(5)
        zeroThreshold = try message.double(6)
        zeroCount = try message.uint(7)
        negative = (try Self.spans(message, 9), try message.sints(10))
        positive = (try Self.spans(message, 12), try message.sints(13))
        exemplars = try message.messages(16).map { try DecodedExemplar($0) }
        for (spans, deltas) in [negative, positive] where spans.reduce(0, { $0 + $1.length }) != deltas.count {
            throw WireMessage.Malformed(reason: "spans and deltas do not agree")
        }
        // Of a native histogram the buckets and the zeros are all there is.
        let total = Self.counts(negative).values.reduce(0, +) + Self.counts(positive).values.reduce(0, +)
        if schema != nil, UInt64(total) + (zeroCount ?? 0) != count { throw WireMessage.Malformed(reason: "the count") }
    }

    private static func spans(_ message: WireMessage, _ number: Int) throws -> [Span] {
        try message.messages(number).map { span in
            try span.only([1, 2], in: "BucketSpan")
            return Span(offset: try span.sint(1) ?? 0, length: try span.uint(2) ?? 0)
        }
    }

    /// The count of each bucket of a side, by its index.
    static func counts(_ side: (spans: [Span], deltas: [Int])) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        var index = 0
        var value = 0
        var deltas = side.deltas.makeIterator()
        for span in side.spans {
            index += span.offset
            for _ in 0..<span.length {
                value += deltas.next() ?? 0
                counts[index] = value
                index += 1
            }
        }
        return counts
    }
}
