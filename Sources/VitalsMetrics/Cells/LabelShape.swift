import CVitals
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
final class LabelShape: @unchecked Sendable {
    let id: UInt32
    let keys: [String]
    let kinds: [UInt8]
    /// The encoded form: for each key its kind, its length and its bytes, padded with zeros to whole words. Like the
    /// shape itself it is never freed, and a comparison counts no references.
    private let words: UnsafePointer<UInt64>
    private let byteCount: Int
    private init(id: UInt32, bytes: [UInt8]) {
        self.id = id
        byteCount = bytes.count
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: bytes.count / 8 + 1)
        memory.initialize(repeating: 0, count: bytes.count / 8 + 1)
        UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
        words = UnsafePointer(memory)
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

    /// Whether the encoded form is `other`, which is padded with zeros to whole words as well.
    @inline(__always)
    func isEncoded(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard other.count == byteCount, let start = UnsafeRawPointer(other.baseAddress) else {
            return byteCount == 0 && other.isEmpty
        }
        for index in 0..<((byteCount &+ 7) >> 3)
        where start.load(fromByteOffset: index * 8, as: UInt64.self) != words[index] {
            return false
        }
        return true
    }

    /// A program has a few dozen; someone who builds keys from data must not fill the memory with them. Sets with new
    /// keys beyond it count as overflow.
    static let limit = 65_536
    /// Places kept for the sets that the library itself needs: none, the overflow, a reason and a component.
    private static let reserved = 16

    /// Keys longer than this are cut: two bytes hold their length.
    static let longestKey = Int(UInt16.max)

    /// Where a key is cut that is too long: between two characters, because half of one would not come back from its
    /// decoded form, and a series that is removed is looked for by that.
    @inline(never)
    static func cut(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var length = longestKey
        while length > 0, key[length] & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    private struct Table {
        var ids: [[UInt8]: UInt32] = [:]
        var count = 0
    }

    private static let table = Locked(Table())
    private static var shapes: UnsafeMutablePointer<Atomic<UInt>> {
        vitals_shape_root().assumingMemoryBound(to: Atomic<UInt>.self)
    }

    /// The shape with an encoded form, or nil when the process already has too many shapes.
    static func sharing(_ bytes: UnsafeBufferPointer<UInt8>, isOurs: Bool = false) -> LabelShape? {
        let key = Array(bytes)
        return table.withLock { table in
            if let id = table.ids[key] { return existing(id) }
            guard table.count < limit - (isOurs || bytes.isEmpty ? 0 : reserved) else { return nil }
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
