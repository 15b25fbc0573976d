import VitalsOTLP

/// A point, or span, of a request with all that stands around it: what splitting must not change.
struct FlatPoint: Hashable {
    /// The fields of each message around it, from the request to the point's own, those that lead to points left out.
    let around: [Set<[UInt8]>]
    let point: [UInt8]

    static let metrics: [Set<UInt32>] = [[1], [2], [2], [5, 7, 9, 10, 11], [1]]
    static let traces: [Set<UInt32>] = [[1], [2], [2]]

    /// The points of a request, in order; nil if it is malformed.
    static func all(in message: [UInt8], _ levels: [Set<UInt32>], around: [Set<[UInt8]>] = []) -> [FlatPoint]? {
        guard let onward = levels.first else { return [FlatPoint(around: around, point: message)] }
        return message.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            var others: Set<[UInt8]> = []
            var inner: [[UInt8]] = []
            while let field = reader.next() {
                if onward.contains(field.number), case .bytes(let bytes) = field.value {
                    // The kind of data is told by its field.
                    others.formUnion(onward.count > 1 ? [[UInt8(field.number)]] : [])
                    inner.append(Array(bytes))
                } else {
                    others.insert(Array(field.bytes))
                }
            }
            guard !reader.isMalformed else { return nil }
            var points: [FlatPoint] = []
            for message in inner {
                guard let more = all(in: message, Array(levels.dropFirst()), around: around + [others]) else {
                    return nil
                }
                points += more
            }
            return points
        }
    }
}
