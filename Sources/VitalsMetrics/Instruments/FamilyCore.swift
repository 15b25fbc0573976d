/// The labels of a family, prepared for look-ups. Never freed, like instruments.
@usableFromInline
final class FamilyCore: Sendable {
    let instrument: InstrumentCore
    let names: [String]
    private let kinds: [UInt8]
    /// For each place in the order of the keys' bytes, the label that stands there.
    private let order: [Int]
    private let isInOrder: Bool
    /// Nil when the labels cannot be encoded as they are: a name is missing or stands twice.
    private let shape: LabelShape?

    init(_ instrument: InstrumentCore, _ names: [String], _ kinds: [UInt8]) {
        self.instrument = instrument
        self.names = names
        self.kinds = kinds
        order = names.indices.sorted { precedes(names[$0], names[$1]) }
        isInOrder = order == Array(names.indices)
        if Set(names).count < names.count || names.contains("") {
            instrument.context.conflict(
                "\(instrument.descriptor.name): the labels \(names) need distinct names; of two with one name the "
                    + "later one counts")
            shape = nil
        } else {
            shape = Self.shape(order.map { names[$0] }, order.map { kinds[$0] })
        }
    }

    private static func shape(_ names: [String], _ kinds: [UInt8]) -> LabelShape? {
        let size = names.reduce(8) { $0 + 3 + $1.utf8.count }
        return withUnsafeTemporaryAllocation(byteCount: size + 8, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = KeyWriter(start)
            for (name, kind) in zip(names, kinds) {
                let bytes = name.utf8Span.span
                let length = min(bytes.count, LabelShape.longestKey)
                writer.append(kind)
                writer.append(UInt16(length))
                bytes.withUnsafeBufferPointer { writer.appendBytes(UnsafeBufferPointer(rebasing: $0[..<length])) }
            }
            return LabelShape.sharing(
                UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: writer.next - start))
        }
    }

    /// The series whose values were written from `start` to `end`, at most 248 bytes of a buffer of 512.
    @usableFromInline
    func find(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer) -> _InstrumentHandle {
        _InstrumentHandle(instrument: InstrumentReference(instrument), series: series(start, end))
    }

    @inline(__always)
    private func series(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer) -> SeriesReference {
        guard let shape else { return instrument.bind(attributes(start)) }
        return instrument.withRoutes { routes in
            guard routes.streams.count == 1, routes.streams[0].filter == nil else {
                return instrument.bind(attributes(start))
            }
            let stream = routes.streams[0]
            if isInOrder {
                return stream.series(SeriesKey(knownShape: shape, values: start, end: end))
            }
            let sorted = start + 256
            return stream.series(SeriesKey(knownShape: shape, values: sorted, end: sort(start, into: sorted)))
        }
    }

    /// Copies the values, which tell their own length, into the order of their keys.
    private func sort(
        _ values: UnsafeMutableRawPointer, into sorted: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var next = sorted
        for label in order {
            var from = values
            for before in 0..<label { from += length(from, kinds[before]) }
            let count = length(from, kinds[label])
            next.copyMemory(from: from, byteCount: count)
            next += count
        }
        return next
    }

    private func length(_ value: UnsafeMutableRawPointer, _ kind: UInt8) -> Int {
        switch kind {
        case LabelKind.bool: 1
        case LabelKind.int, LabelKind.double: 8
        default: 4 + Int(value.loadUnaligned(as: UInt32.self))
        }
    }

    /// The attributes of encoded values, for a view that filters them or an instrument with several streams.
    private func attributes(_ start: UnsafeMutableRawPointer) -> Attributes {
        var reader = KeyReader(next: UnsafeRawPointer(start))
        return Attributes(zip(names, kinds).map { ($0, reader.value($1)) })
    }
}
