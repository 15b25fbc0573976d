package import VitalsBytes
package import VitalsMetrics

/// Encodes collections as `ExportMetricsServiceRequest` messages, straight from the rows to the bytes.
///
/// Used by one thread. What does not change from one collection to the next, the resource and the attributes of the
/// series, is encoded once.
package struct MetricsEncoder: ~Copyable {
    private var frame: RequestFrame
    let attributes = SeriesAttributes()
    /// The exemplars of one point, and what all points of a histogram have in common.
    var exemplars = ByteBuffer(capacity: 0)
    var common = ByteBuffer(capacity: 0)
    private var points = 0

    /// An encoder of what the resource with these attributes measures.
    package init(resource: Attributes) {
        frame = RequestFrame(resource: resource)
    }

    /// How many bytes the attributes of series take.
    package var keptBytes: Int { attributes.size }

    /// Begins a message behind what `out` has.
    package mutating func begin(into out: inout ByteBuffer) {
        points = 0
        frame.begin(into: &out)
    }

    /// Appends the points of a family. Families of one scope come one after the other.
    package mutating func append(_ family: FamilySnapshot, to out: inout ByteBuffer) {
        guard frame.isOpen, !family.rows.isEmpty else { return }
        frame.enter(family.scope, &out)
        points &+= family.rows.count
        appendMetric(family, &out)
    }

    /// Ends the message, and tells how many points are in it. Nothing is left of a message without points.
    package mutating func end(into out: inout ByteBuffer) -> Int {
        guard frame.isOpen else { return 0 }
        frame.end(into: &out, isEmpty: points == 0)
        attributes.endRound()
        return points
    }
}
