import VitalsBytes
import VitalsMetrics

/// What a request has around its metrics or spans: the resource, which is encoded once, and the scopes.
struct RequestFrame: ~Copyable {
    private let resource: ByteBuffer
    private var start = 0
    private var scope: InstrumentationScope?
    private var scopeOrdinal = 0
    private var openResource: OpenMessage?
    private var openScope: OpenMessage?
    private var openScopeStart = 0
    /// How long the messages became the last time: room for their lengths is left by that.
    private var resourceLength = 1 << 14
    private var scopeLengths: [Int] = []

    init(resource: Attributes) {
        var encoded = ByteBuffer(capacity: 0)
        let message = encoded.beginMessage(field: 1, expecting: 512)
        encoded.append(field: 1, attributes: resource)
        encoded.endMessage(message)
        self.resource = encoded
    }

    var isOpen: Bool { openResource != nil }

    /// Begins a request behind what `out` has.
    mutating func begin(into out: inout ByteBuffer) {
        start = out.count
        scopeOrdinal = 0
        scope = nil
        openScope = nil
        openResource = out.beginMessage(field: 1, expecting: resourceLength)
        out.append(resource.bytes)
    }

    /// Lets what follows belong to `scope`.
    mutating func enter(_ scope: InstrumentationScope, _ out: inout ByteBuffer) {
        guard self.scope != scope else { return }
        endScope(&out)
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

    /// Ends the request, of which nothing is left if it is empty.
    mutating func end(into out: inout ByteBuffer, isEmpty: Bool) {
        endScope(&out)
        guard let message = openResource.take() else { return }
        out.endMessage(message)
        resourceLength = out.count - start
        if isEmpty { out.truncate(to: start) }
    }

    private mutating func endScope(_ out: inout ByteBuffer) {
        guard let message = openScope.take() else { return }
        if let url = scope?.schemaURL, !url.isEmpty { out.append(field: 3, text: url) }
        out.endMessage(message)
        scopeLengths[scopeOrdinal] = out.count - openScopeStart
        scopeOrdinal += 1
    }
}
