import CVitals

/// A set of attributes in its encoded form, valid for the length of a call: the shape (keys and kinds) and the values,
/// padded with zeros to whole words.
@usableFromInline
struct SeriesKey {
    /// The encoded form of the shape.
    let shape: UnsafeBufferPointer<UInt8>
    /// The number of the shape where the caller knows it.
    let shapeID: UInt32?
    let words: UnsafePointer<UInt64>
    let wordCount: Int
    let hash: UInt64

    /// Runs `body` with the encoded form of `attributes`.
    @inline(__always)
    static func with<Result>(_ attributes: Attributes, _ body: (SeriesKey) -> Result) -> Result {
        if let result = withUnsafeTemporaryAllocation(
            byteCount: 2 * usual, alignment: 8,
            { buffer in
                encode(attributes, buffer.baseAddress.unsafelyUnwrapped).map(body)
            })
        {
            return result
        }
        return withUnusual(attributes, body)
    }

    /// Bytes for the shape, and for the values, of a set that takes the fast way.
    private static let usual = 512

    /// The encoded form of a set that is sorted, small, and without arrays; nil for any other.
    @inline(__always)
    private static func encode(_ attributes: Attributes, _ memory: UnsafeMutableRawPointer) -> SeriesKey? {
        var keys = KeyWriter(memory)
        var values = KeyWriter(memory + usual)
        let keysEnd = memory + (usual - 16)
        let valuesEnd = keysEnd + usual
        var previous: UInt64 = 0
        let isDone = attributes.pairs.withUnsafeBufferPointer { pairs in
            for index in 0..<pairs.count {
                guard keys.next + pairs[index].0.utf8.count < keysEnd, values.next + 8 < valuesEnd else { return false }
                // Big-endian, the first eight bytes of a key compare as the key does; where they are equal somebody
                // has to look closer.
                let prefix = appendShape(pairs[index].0, LabelKind.of(pairs[index].1), to: &keys).bigEndian
                if prefix <= previous {
                    guard index > 0, prefix == previous, precedes(pairs[index - 1].0, pairs[index].0) else {
                        return false
                    }
                }
                previous = prefix
                switch pairs[index].1 {
                case .string(let text):
                    guard values.next + text.utf8.count < valuesEnd else { return false }
                    values.append(text)
                case .int(let number): values.append(Int64(number))
                case .bool(let truth): values.append(UInt8(truth ? 1 : 0))
                case .double(let number): values.append(KeyWriter.canonical(number))
                default: return false
                }
            }
            return true
        }
        return isDone ? SeriesKey(memory, keys, values, usual) : nil
    }

    @inline(never)
    private static func withUnusual<Result>(_ attributes: Attributes, _ body: (SeriesKey) -> Result) -> Result {
        let sorted = attributes.sorted
        let shapeBytes = sorted.reduce(15) { $0 + 3 + min($1.0.utf8.count, LabelShape.longestKey) } & ~7
        let valueBytes = sorted.reduce(8) { $0 + KeyWriter.size(of: $1.1) }
        return withUnsafeTemporaryAllocation(byteCount: shapeBytes + valueBytes, alignment: 8) { buffer in
            let memory = buffer.baseAddress.unsafelyUnwrapped
            var keys = KeyWriter(memory)
            var values = KeyWriter(memory + shapeBytes)
            for (key, value) in sorted {
                appendShape(key, LabelKind.of(value), to: &keys)
                values.append(value)
            }
            return body(SeriesKey(memory, keys, values, shapeBytes))
        }
    }

    @inline(__always)
    private init(_ memory: UnsafeMutableRawPointer, _ keys: KeyWriter, _ values: KeyWriter, _ valuesAt: Int) {
        // The shape is compared in whole words.
        keys.next.storeBytes(of: 0, as: UInt64.self)
        self.init(
            shape: UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: keys.next - memory),
            shapeID: nil, shapeHash: keys.hash, values: memory + valuesAt, values)
    }

    /// Appends one key to the encoded form of a shape, and returns its first eight bytes.
    @inline(__always)
    @discardableResult
    static func appendShape(_ key: String, _ kind: UInt8, to keys: inout KeyWriter) -> UInt64 {
        let prefix = key.utf8.withContiguousStorageIfAvailable { appendShape($0, kind, to: &keys) }
        if let prefix { return prefix }
        var native = key
        return native.withUTF8 { appendShape($0, kind, to: &keys) }
    }

    @inline(__always)
    private static func appendShape(
        _ key: UnsafeBufferPointer<UInt8>, _ kind: UInt8, to keys: inout KeyWriter
    ) -> UInt64 {
        let length = key.count <= LabelShape.longestKey ? key.count : LabelShape.cut(key)
        keys.next.storeBytes(of: kind, as: UInt8.self)
        keys.next.storeBytes(of: UInt16(truncatingIfNeeded: length), toByteOffset: 1, as: UInt16.self)
        keys.next += 3
        keys.hash ^= UInt64(kind)
        return keys.appendBytes(UnsafeBufferPointer(start: key.baseAddress, count: length))
    }

    /// The key of a known shape with values that were written from `values` on; the seven bytes behind them are written
    /// too.
    @inline(__always)
    init(shapeID: UInt32, shapeHash: UInt64, values: UnsafeMutableRawPointer, _ writer: KeyWriter) {
        self.init(
            shape: UnsafeBufferPointer(start: nil, count: 0), shapeID: shapeID, shapeHash: shapeHash, values: values,
            writer)
    }

    @inline(__always)
    private init(
        shape: UnsafeBufferPointer<UInt8>, shapeID: UInt32?, shapeHash: UInt64, values: UnsafeMutableRawPointer,
        _ writer: KeyWriter
    ) {
        writer.next.storeBytes(of: 0, as: UInt64.self)
        self.shape = shape
        self.shapeID = shapeID
        words = UnsafePointer(values.assumingMemoryBound(to: UInt64.self))
        wordCount = (writer.next - values &+ 7) &>> 3
        hash = KeyWriter.mix(writer.hash ^ vitals_hash_seed(), shapeHash)
    }
}
