import Synchronization

/// The kinds of value that an encoded series key holds.
enum LabelKind {
    static let string: UInt8 = 0
    static let bool: UInt8 = 1
    static let int: UInt8 = 2
    static let double: UInt8 = 3
    static let strings: UInt8 = 4
    static let bools: UInt8 = 5
    static let ints: UInt8 = 6
    static let doubles: UInt8 = 7

    static func of(_ value: AttributeValue) -> UInt8 {
        switch value {
        case .string: string
        case .bool: bool
        case .int: int
        case .double: double
        case .strings: strings
        case .bools: bools
        case .ints: ints
        case .doubles: doubles
        }
    }
}

/// The keys of a set of attributes, in order, and the kinds of their values: what all series of one family usually
/// share, stored once in the process so that a series keeps only its values.
final class LabelShape: Sendable {
    let id: UInt32
    let keys: [String]
    let kinds: [UInt8]
    /// The encoded form: for each key its kind, its length and its bytes.
    let bytes: [UInt8]
    /// Where the hash of the values begins.
    let seed: UInt64

    private init(id: UInt32, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
        seed = withUnsafeTemporaryAllocation(byteCount: bytes.count + 8, alignment: 8) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            buffer.copyBytes(from: bytes)
            return SeriesKey.hash(ofShape: buffer.baseAddress.unsafelyUnwrapped, count: bytes.count)
        }
        var keys: [String] = []
        var kinds: [UInt8] = []
        var position = 0
        while position + 3 <= bytes.count {
            kinds.append(bytes[position])
            let length = Int(bytes[position + 1]) | Int(bytes[position + 2]) << 8
            keys.append(String(decoding: bytes[(position + 3)..<(position + 3 + length)], as: UTF8.self))
            position += 3 + length
        }
        self.keys = keys
        self.kinds = kinds
    }

    /// A program has a few dozen; someone who builds keys from data must not fill the memory with them.
    static let limit = 4096

    /// Keys longer than this are cut: two bytes hold their length.
    static let longestKey = Int(UInt16.max)

    private struct Table: @unchecked Sendable {
        var ids: [[UInt8]: UInt32] = [:]
        var count = 0
    }

    private static let table = Mutex(Table())
    nonisolated(unsafe) private static let shapes: UnsafeMutablePointer<Atomic<UInt>> = {
        let shapes = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: limit)
        for index in 0..<limit { (shapes + index).initialize(to: Atomic(0)) }
        return shapes
    }()

    /// The shape with an encoded form, or nil when the process already has too many shapes.
    static func sharing(_ bytes: UnsafeBufferPointer<UInt8>) -> LabelShape? {
        let key = Array(bytes)
        return table.withLock { table in
            if let id = table.ids[key] { return existing(id) }
            guard table.count < limit else { return nil }
            let shape = LabelShape(id: UInt32(table.count), bytes: key)
            shapes[table.count].store(UInt(bitPattern: Unmanaged.passRetained(shape).toOpaque()), ordering: .releasing)
            table.ids[key] = shape.id
            table.count += 1
            return shape
        }
    }

    private static func existing(_ id: UInt32) -> LabelShape? {
        withShape(id) { $0 }
    }

    /// Shapes are never freed, so no look-up pays for keeping one alive.
    @inline(__always)
    static func withShape<Result>(_ id: UInt32, _ body: (LabelShape) -> Result) -> Result? {
        guard id < UInt32(limit),
            let pointer = UnsafeRawPointer(bitPattern: shapes[Int(id)].load(ordering: .acquiring))
        else { return nil }
        return Unmanaged<LabelShape>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }
}
