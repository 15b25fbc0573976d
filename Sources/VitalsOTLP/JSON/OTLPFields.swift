internal import VitalsBytes

/// The fields of all messages.
struct OTLPFields: Sendable {
    private typealias Field = OTLPMessage.Field
    private let fields: [OTLPMessage: [OTLPMessage.Field]]

    /// The fields of a message.
    subscript(_ message: OTLPMessage) -> [OTLPMessage.Field] { fields[message] ?? [] }

    static let shared = OTLPFields()

    private init() {
        var fields = Self.common
        fields.merge(Self.metrics) { first, _ in first }
        fields.merge(Self.points) { first, _ in first }
        fields.merge(Self.traces) { first, _ in first }
        self.fields = fields
    }

    private static func attributes(_ number: UInt32, _ name: StaticString = "attributes") -> Field {
        Field(number, name, .message(.keyValue), repeated: true)
    }

    private static let schema = Field(3, "schemaUrl", .text)
    private static let start = Field(2, "startTimeUnixNano", .unsigned64)
    private static let time = Field(3, "timeUnixNano", .unsigned64)

    private static var common: [OTLPMessage: [OTLPMessage.Field]] {
        [
            .anyValue: [
                Field(1, "stringValue", .text), Field(2, "boolValue", .bool), Field(3, "intValue", .integer64),
                Field(4, "doubleValue", .double), Field(5, "arrayValue", .message(.arrayValue)),
                Field(6, "kvlistValue", .message(.keyValueList)), Field(7, "bytesValue", .base64),
            ],
            .arrayValue: [Field(1, "values", .message(.anyValue), repeated: true)],
            .keyValueList: [attributes(1, "values")],
            .keyValue: [Field(1, "key", .text), Field(2, "value", .message(.anyValue))],
            .scope: [
                Field(1, "name", .text), Field(2, "version", .text), attributes(3),
                Field(4, "droppedAttributesCount", .unsigned32),
            ],
            .resource: [
                attributes(1), Field(2, "droppedAttributesCount", .unsigned32),
                Field(3, "entityRefs", .message(.entity), repeated: true),
            ],
            .entity: [
                Field(1, "schemaUrl", .text), Field(2, "type", .text), Field(3, "idKeys", .text, repeated: true),
                Field(4, "descriptionKeys", .text, repeated: true),
            ],
        ]
    }

    private static var metrics: [OTLPMessage: [OTLPMessage.Field]] {
        let temporality = Field(2, "aggregationTemporality", .integer32)
        func points(_ message: OTLPMessage) -> Field { Field(1, "dataPoints", .message(message), repeated: true) }
        return [
            .metricsRequest: [Field(1, "resourceMetrics", .message(.resourceMetrics), repeated: true)],
            .resourceMetrics: [
                Field(1, "resource", .message(.resource)),
                Field(2, "scopeMetrics", .message(.scopeMetrics), repeated: true), schema,
            ],
            .scopeMetrics: [
                Field(1, "scope", .message(.scope)), Field(2, "metrics", .message(.metric), repeated: true), schema,
            ],
            .metric: [
                Field(1, "name", .text), Field(2, "description", .text), Field(3, "unit", .text),
                Field(5, "gauge", .message(.gauge)), Field(7, "sum", .message(.sum)),
                Field(9, "histogram", .message(.histogram)),
                Field(10, "exponentialHistogram", .message(.exponentialHistogram)),
                Field(11, "summary", .message(.summary)), attributes(12, "metadata"),
            ],
            .gauge: [points(.numberPoint)],
            .sum: [points(.numberPoint), temporality, Field(3, "isMonotonic", .bool)],
            .histogram: [points(.histogramPoint), temporality],
            .exponentialHistogram: [points(.exponentialPoint), temporality],
            .summary: [points(.summaryPoint)],
        ]
    }

    private static var points: [OTLPMessage: [OTLPMessage.Field]] {
        func exemplars(_ number: UInt32) -> Field { Field(number, "exemplars", .message(.exemplar), repeated: true) }
        let count = Field(4, "count", .unsigned64)
        let sum = Field(5, "sum", .double)
        return [
            .numberPoint: [
                attributes(7), start, time, Field(4, "asDouble", .double), Field(6, "asInt", .integer64), exemplars(5),
                Field(8, "flags", .unsigned32),
            ],
            .histogramPoint: [
                attributes(9), start, time, count, sum,
                Field(6, "bucketCounts", .unsigned64s(.fixed64), repeated: true),
                Field(7, "explicitBounds", .doubles, repeated: true), exemplars(8), Field(10, "flags", .unsigned32),
                Field(11, "min", .double), Field(12, "max", .double),
            ],
            .exponentialPoint: [
                attributes(1), start, time, count, sum, Field(6, "scale", .zigzag32),
                Field(7, "zeroCount", .unsigned64), Field(8, "positive", .message(.buckets)),
                Field(9, "negative", .message(.buckets)), Field(10, "flags", .unsigned32), exemplars(11),
                Field(12, "min", .double), Field(13, "max", .double), Field(14, "zeroThreshold", .double),
            ],
            .buckets: [Field(1, "offset", .zigzag32), Field(2, "bucketCounts", .unsigned64s(.varint), repeated: true)],
            .summaryPoint: [
                attributes(7), start, time, count, sum,
                Field(6, "quantileValues", .message(.quantile), repeated: true), Field(8, "flags", .unsigned32),
            ],
            .quantile: [Field(1, "quantile", .double), Field(2, "value", .double)],
            .exemplar: [
                attributes(7, "filteredAttributes"), Field(2, "timeUnixNano", .unsigned64),
                Field(3, "asDouble", .double), Field(6, "asInt", .integer64), Field(4, "spanId", .hex),
                Field(5, "traceId", .hex),
            ],
        ]
    }

    private static var traces: [OTLPMessage: [OTLPMessage.Field]] {
        [
            .tracesRequest: [Field(1, "resourceSpans", .message(.resourceSpans), repeated: true)],
            .resourceSpans: [
                Field(1, "resource", .message(.resource)),
                Field(2, "scopeSpans", .message(.scopeSpans), repeated: true), schema,
            ],
            .scopeSpans: [
                Field(1, "scope", .message(.scope)), Field(2, "spans", .message(.span), repeated: true), schema,
            ],
            .span: [
                Field(1, "traceId", .hex), Field(2, "spanId", .hex), Field(3, "traceState", .text),
                Field(4, "parentSpanId", .hex), Field(16, "flags", .unsigned32), Field(5, "name", .text),
                Field(6, "kind", .integer32), Field(7, "startTimeUnixNano", .unsigned64),
                Field(8, "endTimeUnixNano", .unsigned64), attributes(9),
                Field(10, "droppedAttributesCount", .unsigned32), Field(11, "events", .message(.event), repeated: true),
                Field(12, "droppedEventsCount", .unsigned32), Field(13, "links", .message(.link), repeated: true),
                Field(14, "droppedLinksCount", .unsigned32), Field(15, "status", .message(.status)),
            ],
            .event: [
                Field(1, "timeUnixNano", .unsigned64), Field(2, "name", .text), attributes(3),
                Field(4, "droppedAttributesCount", .unsigned32),
            ],
            .link: [
                Field(1, "traceId", .hex), Field(2, "spanId", .hex), Field(3, "traceState", .text), attributes(4),
                Field(5, "droppedAttributesCount", .unsigned32), Field(6, "flags", .unsigned32),
            ],
            .status: [Field(2, "message", .text), Field(3, "code", .integer32)],
        ]
    }
}
