/// Takes encoded requests apart, for a peer that wants smaller ones.
///
/// It knows which fields lead to the points or spans. All others of a message around them, such as the resource, the
/// scope or the name of a metric, are repeated in each part that has points of it, so that each is a request of its own.
package enum MessageSplitter {
    /// Splits by points, or spans, into requests of at most `limit` bytes. A point that does not fit has a part of its
    /// own; without points there are no parts. Nil if the message is malformed, or if the parts would be mostly repetition.
    package static func split(_ body: UnsafeRawBufferPointer, _ signal: Signal, atMost limit: Int) -> [ExportBody]? {
        MessageWalk.parts(of: body, signal, cutting: .beforeBytes(limit))
    }

    /// Splits into two halves by number of points, or spans. Nil if there are not two, or the message is malformed.
    package static func halves(_ body: UnsafeRawBufferPointer, _ signal: Signal) -> [ExportBody]? {
        let count = count(body, signal)
        guard count > 1 else { return nil }
        return MessageWalk.parts(of: body, signal, cutting: .afterPoints((count + 1) / 2))
    }

    /// How many points, or spans, there are; none in a malformed message.
    package static func count(_ body: UnsafeRawBufferPointer, _ signal: Signal) -> Int {
        MessageWalk.count(body, signal.levels, depth: 0) ?? 0
    }
}

extension Signal {
    /// The fields that lead from a request to its points: those of the request itself, of what is in them, and so on.
    var levels: [[UInt32]] {
        switch self {
        // Resource, scope, metric, the kinds of data, point.
        case .metrics: [[1], [2], [2], [5, 7, 9, 10, 11], [1]]
        // Resource, scope, span.
        case .traces: [[1], [2], [2]]
        }
    }
}
