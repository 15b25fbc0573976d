internal import VitalsBytes

/// The messages of OTLP, each with its fields, as far as JSON writes them differently.
enum OTLPMessage: Sendable {
    case metricsRequest, resourceMetrics, scopeMetrics, metric, gauge, sum, histogram, exponentialHistogram, summary
    case numberPoint, histogramPoint, exponentialPoint, buckets, summaryPoint, quantile, exemplar
    case tracesRequest, resourceSpans, scopeSpans, span, event, link, status
    case resource, entity, scope, keyValue, anyValue, arrayValue, keyValueList

    /// What a field holds, and so how it is written.
    enum Kind: Sendable {
        case text, bool, base64, hex, double
        /// 32 bits, as a number: plain or in zigzag form.
        case integer32, unsigned32, zigzag32
        /// 64 bits, as text.
        case integer64, unsigned64
        /// Many numbers of 64 bits, packed as such a form or one by one: counts, and bounds.
        case unsigned64s(WireType), doubles
        case message(OTLPMessage)
    }

    struct Field: Sendable {
        let number: UInt32
        let name: StaticString
        let kind: Kind
        let isRepeated: Bool

        init(_ number: UInt32, _ name: StaticString, _ kind: Kind, repeated: Bool = false) {
            self.number = number
            self.name = name
            self.kind = kind
            isRepeated = repeated
        }
    }

    /// The root of a request.
    init(_ signal: Signal) {
        switch signal {
        case .metrics: self = .metricsRequest
        case .traces: self = .tracesRequest
        }
    }
}
