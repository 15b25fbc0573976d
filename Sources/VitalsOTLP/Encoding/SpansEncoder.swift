package import VitalsBytes
package import VitalsMetrics
package import VitalsTracing

/// Encodes spans as `ExportTraceServiceRequest` messages, grouped by scope, each scope where its first span stands.
///
/// Used by one thread. The resource is encoded once.
package struct SpansEncoder: ~Copyable {
    private var frame: RequestFrame
    /// The scopes of the spans, and for each its first and last span and for each span the next one of its scope.
    private var groups: [(scope: InstrumentationScope, first: Int, last: Int)] = []
    private var following: [Int] = []
    private var groupOfScope: [InstrumentationScope: Int] = [:]
    private var groupOfTracer: [ObjectIdentifier: Int] = [:]

    /// An encoder of the spans of the resource with these attributes.
    package init(resource: Attributes) {
        frame = RequestFrame(resource: resource)
    }

    /// Appends a message with all of `spans`; nothing, if there are none.
    package mutating func encode(_ spans: [FinishedSpan], into out: inout ByteBuffer) {
        guard !spans.isEmpty else { return }
        group(spans)
        frame.begin(into: &out)
        for group in groups {
            frame.enter(group.scope, &out)
            var index = group.first
            while index >= 0 {
                out.append(spans[index])
                index = following[index]
            }
        }
        frame.end(into: &out, isEmpty: false)
        groups.removeAll(keepingCapacity: true)
        groupOfScope.removeAll(keepingCapacity: true)
        groupOfTracer.removeAll(keepingCapacity: true)
    }

    /// Puts spans of one scope in a row, whose tracer need not be the same.
    private mutating func group(_ spans: [FinishedSpan]) {
        following.removeAll(keepingCapacity: true)
        following.reserveCapacity(spans.count)
        var tracer: ObjectIdentifier?
        var group = 0
        for (index, span) in spans.enumerated() {
            following.append(-1)
            if span.scopeIdentity != tracer {
                tracer = span.scopeIdentity
                group = self.group(of: span)
            }
            if groups[group].last >= 0 { following[groups[group].last] = index } else { groups[group].first = index }
            groups[group].last = index
        }
    }

    private mutating func group(of span: FinishedSpan) -> Int {
        if let known = groupOfTracer[span.scopeIdentity] { return known }
        let scope = span.scope
        let group = groupOfScope[scope] ?? groups.count
        if group == groups.count { groups.append((scope, -1, -1)) }
        groupOfScope[scope] = group
        groupOfTracer[span.scopeIdentity] = group
        return group
    }
}
