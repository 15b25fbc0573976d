/// The labels of a family, prepared for look-ups. Its instrument keeps it, and is never freed.
@usableFromInline
final class FamilyCore: Sendable {
    let instrument: InstrumentCore
    let names: [String]
    private let kinds: [UInt8]
    /// For each place in the order of the keys' bytes, the label that stands there.
    private let order: [Int]
    private let isInOrder: Bool
    /// False when a name is missing or stands twice.
    private let isEncodable: Bool
    private let shapeID: UInt32
    private let shapeHash: UInt64
    private let direct: DirectRoute

    init(_ instrument: InstrumentCore, _ names: [String], _ kinds: [UInt8]) {
        self.instrument = instrument
        self.names = names
        self.kinds = kinds
        order = names.indices.sorted { precedes(names[$0], names[$1]) }
        direct = instrument.direct
        let isDistinct = Set(names).count == names.count && !names.contains("")
        if !isDistinct {
            instrument.context.conflict(
                "\(instrument.descriptor.name): the labels \(names) need distinct names; of two with one name the "
                    + "later one counts")
        }
        let shape = isDistinct ? Self.shape(order.map { (names[$0], kinds[$0]) }) : nil
        isEncodable = shape != nil
        isInOrder = isEncodable && order == Array(names.indices)
        shapeID = shape?.id ?? 0
        shapeHash = shape?.hash ?? 0
    }

    func hasLabels(_ names: [String], _ kinds: [UInt8]) -> Bool {
        kinds == self.kinds && names.elementsEqual(self.names) { $0.utf8.elementsEqual($1.utf8) }
    }

    private static func shape(_ keys: [(String, UInt8)]) -> (id: UInt32, hash: UInt64)? {
        let size = keys.reduce(8) { $0 + 3 + $1.0.utf8.count }
        return withUnsafeTemporaryAllocation(byteCount: size + 8, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = KeyWriter(start)
            for (name, kind) in keys { SeriesKey.appendShape(name, kind, to: &writer) }
            let shape = LabelShape.sharing(
                UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: writer.next - start))
            return shape.map { ($0.id, writer.hash) }
        }
    }

    /// The series whose values were written from `start` on, about 240 bytes of a buffer of 768.
    @usableFromInline
    func find(_ start: UnsafeMutableRawPointer, _ writer: _LabelWriter) -> SeriesReference {
        guard isInOrder else { return findSorted(start, writer.keys.next) }
        let key = SeriesKey(shapeID: shapeID, shapeHash: shapeHash, values: start, writer.keys)
        return direct.find(key) ?? findElsewhere(key, start)
    }

    @inline(never)
    private func findSorted(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer) -> SeriesReference {
        // The last third of the buffer takes the values in their other order.
        guard isEncodable, end - start <= 248 else { return instrument.bind(attributes(start)) }
        let sorted = start + 512
        let key = SeriesKey(shapeID: shapeID, shapeHash: shapeHash, values: sorted, sort(start, into: sorted))
        return direct.find(key) ?? findElsewhere(key, start)
    }

    /// The series is new, or views made the instrument's streams keep other attributes.
    @inline(never)
    private func findElsewhere(_ key: SeriesKey, _ start: UnsafeMutableRawPointer) -> SeriesReference {
        instrument.withRoutes { routes in
            guard let stream = routes.direct else { return instrument.bind(attributes(start)) }
            return stream.series(key)
        }
    }

    /// Writes the values, which tell their own length, again in the order of their keys.
    private func sort(_ values: UnsafeMutableRawPointer, into sorted: UnsafeMutableRawPointer) -> KeyWriter {
        var writer = KeyWriter(sorted)
        for label in order {
            var from = values
            for before in 0..<label { from += length(from, kinds[before]) }
            switch kinds[label] {
            case LabelKind.bool: writer.append(from.load(as: UInt8.self))
            case LabelKind.int: writer.append(from.loadUnaligned(as: Int64.self))
            default:
                let count = from.loadUnaligned(as: UInt32.self)
                writer.next.storeBytes(of: count, as: UInt32.self)
                writer.next += 4
                writer.appendBytes(
                    UnsafeBufferPointer(start: (from + 4).assumingMemoryBound(to: UInt8.self), count: Int(count)))
            }
        }
        return writer
    }

    private func length(_ value: UnsafeMutableRawPointer, _ kind: UInt8) -> Int {
        switch kind {
        case LabelKind.bool: 1
        case LabelKind.int: 8
        default: 4 + Int(value.loadUnaligned(as: UInt32.self))
        }
    }

    /// The attributes of encoded values, for a view that filters them or an instrument with several streams.
    private func attributes(_ start: UnsafeMutableRawPointer) -> Attributes {
        var reader = KeyReader(next: UnsafeRawPointer(start))
        return Attributes(zip(names, kinds).map { ($0, reader.value($1)) })
    }
}
