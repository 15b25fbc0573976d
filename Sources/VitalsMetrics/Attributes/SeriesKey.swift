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
        let (shapeBytes, valueBytes) = sizes(attributes)
        if shapeBytes &+ valueBytes <= 1024 {
            return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
                let memory = buffer.baseAddress.unsafelyUnwrapped
                return body(encode(attributes, memory, shapeBytes) ?? encodeSorted(attributes, memory, shapeBytes))
            }
        }
        return withUnsafeTemporaryAllocation(byteCount: shapeBytes + valueBytes, alignment: 8) { buffer in
            let memory = buffer.baseAddress.unsafelyUnwrapped
            return body(encode(attributes, memory, shapeBytes) ?? encodeSorted(attributes, memory, shapeBytes))
        }
    }

    /// Room for the shape and for the values, each with a word to spare.
    @inline(__always)
    private static func sizes(_ attributes: Attributes) -> (shape: Int, values: Int) {
        var shape = 15
        var values = 8
        attributes.pairs.withUnsafeBufferPointer { pairs in
            for index in 0..<pairs.count {
                shape &+= 3 &+ min(pairs[index].0.utf8.count, LabelShape.longestKey)
                values &+= KeyWriter.size(of: pairs[index].1)
            }
        }
        return (shape & ~7, values)
    }

    /// The encoded form, or nil if the pairs turn out not to be sorted and unique.
    @inline(__always)
    private static func encode(
        _ attributes: Attributes, _ memory: UnsafeMutableRawPointer, _ valuesAt: Int
    ) -> SeriesKey? {
        var keys = KeyWriter(memory)
        var values = KeyWriter(memory + valuesAt)
        var previous: UInt64 = 0
        let isSorted = attributes.pairs.withUnsafeBufferPointer { pairs in
            for index in 0..<pairs.count {
                // Big-endian, the first eight bytes of a key compare as the key does; where they are equal somebody
                // has to look closer.
                let prefix = appendShape(pairs[index].0, LabelKind.of(pairs[index].1), to: &keys).bigEndian
                if prefix <= previous { return false }
                previous = prefix
                if case .string(let text) = pairs[index].1 {
                    values.append(text)
                } else {
                    values.append(pairs[index].1)
                }
            }
            return true
        }
        return isSorted ? SeriesKey(memory, keys, values, valuesAt) : nil
    }

    @inline(never)
    private static func encodeSorted(
        _ attributes: Attributes, _ memory: UnsafeMutableRawPointer, _ valuesAt: Int
    ) -> SeriesKey {
        var keys = KeyWriter(memory)
        var values = KeyWriter(memory + valuesAt)
        for (key, value) in attributes.sorted {
            appendShape(key, LabelKind.of(value), to: &keys)
            values.append(value)
        }
        return SeriesKey(memory, keys, values, valuesAt)
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
        let bytes = key.utf8Span.span
        let length = min(bytes.count, LabelShape.longestKey)
        keys.next.storeBytes(of: kind, as: UInt8.self)
        keys.next.storeBytes(of: UInt16(truncatingIfNeeded: length), toByteOffset: 1, as: UInt16.self)
        keys.next += 3
        keys.hash ^= UInt64(kind)
        return bytes.withUnsafeBufferPointer {
            keys.appendBytes(UnsafeBufferPointer(start: $0.baseAddress, count: length))
        }
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
