package import VitalsBytes
package import VitalsMetrics

/// Encodes collections as `ExportMetricsServiceRequest` messages, straight from the rows to the bytes.
///
/// Used by one thread. What does not change from one collection to the next, the resource and the attributes of the
/// series, is encoded once.
package struct MetricsEncoder: ~Copyable {
    private let resource: ByteBuffer
    let attributes = SeriesAttributes()
    /// The exemplars of one point, and what all points of a histogram have in common.
    var exemplars = ByteBuffer(capacity: 0)
    var common = ByteBuffer(capacity: 0)

    private var start = 0
    private var points = 0
    private var scope: InstrumentationScope?
    private var scopeOrdinal = 0
    private var openResource: OpenMessage?
    private var openScope: OpenMessage?
    private var openScopeStart = 0
    /// How long the messages became the last time: room for their lengths is left by that.
    private var resourceLength = 1 << 14
    private var scopeLengths: [Int] = []

    /// An encoder of what the resource with these attributes measures.
    package init(resource: Attributes) {
        var encoded = ByteBuffer(capacity: 0)
        let message = encoded.beginMessage(field: 1, expecting: 512)
        encoded.append(field: 1, attributes: resource)
        encoded.endMessage(message)
        self.resource = encoded
    }

    /// How many bytes the attributes of series take.
    package var keptBytes: Int { attributes.size }

    /// Begins a message behind what `out` has.
    package mutating func begin(into out: inout ByteBuffer) {
        start = out.count
        points = 0
        scopeOrdinal = 0
        scope = nil
        openScope = nil
        openResource = out.beginMessage(field: 1, expecting: resourceLength)
        out.append(resource.bytes)
    }

    /// Appends the points of a family. Families of one scope come one after the other.
    package mutating func append(_ family: FamilySnapshot, to out: inout ByteBuffer) {
        guard openResource != nil, !family.rows.isEmpty else { return }
        if scope != family.scope {
            endScope(&out)
            beginScope(family.scope, &out)
        }
        points &+= family.rows.count
        appendMetric(family, &out)
    }

    /// Ends the message, and tells how many points are in it. Nothing is left of a message without points.
    package mutating func end(into out: inout ByteBuffer) -> Int {
        endScope(&out)
        guard let message = openResource.take() else { return 0 }
        out.endMessage(message)
        resourceLength = out.count - start
        if points == 0 { out.truncate(to: start) }
        attributes.endRound()
        return points
    }

    private mutating func beginScope(_ scope: InstrumentationScope, _ out: inout ByteBuffer) {
        self.scope = scope
        if scopeOrdinal == scopeLengths.count { scopeLengths.append(1 << 13) }
        openScopeStart = out.count
        openScope = out.beginMessage(field: 2, expecting: scopeLengths[scopeOrdinal])
        let description = out.beginMessage(field: 1)
        if !scope.name.isEmpty { out.append(field: 1, text: scope.name) }
        if !scope.version.isEmpty { out.append(field: 2, text: scope.version) }
        out.append(field: 3, attributes: scope.attributes)
        out.endMessage(description)
    }

    private mutating func endScope(_ out: inout ByteBuffer) {
        guard let message = openScope.take() else { return }
        if let url = scope?.schemaURL, !url.isEmpty { out.append(field: 3, text: url) }
        out.endMessage(message)
        scopeLengths[scopeOrdinal] = out.count - openScopeStart
        scopeOrdinal += 1
    }
}
