import CVitals

/// A set of attributes in its encoded form, valid for the length of a call: the shape (keys and kinds) and the values,
/// padded with zeros to whole words.
@usableFromInline
struct SeriesKey {
    /// The encoded form of the shape.
    let shape: UnsafeBufferPointer<UInt8>
    /// The shape itself where the caller knows it.
    let knownShape: LabelShape?
    let words: UnsafePointer<UInt64>
    let wordCount: Int
    let hash: UInt64

    /// Runs `body` with the encoded form of `attributes`.
    @inline(__always)
    static func with<Result>(_ attributes: Attributes, _ body: (SeriesKey) -> Result) -> Result {
        var shapeBytes = 0
        var valueBytes = 8
        for pair in attributes.sorted {
            shapeBytes &+= 3 &+ min(pair.key.utf8.count, LabelShape.longestKey)
            valueBytes &+= KeyWriter.size(of: pair.value)
        }
        let valuesAt = (shapeBytes &+ 15) & ~7
        if valuesAt &+ valueBytes <= 1024 {
            return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
                body(encode(attributes, into: buffer.baseAddress.unsafelyUnwrapped, shapeBytes, valuesAt))
            }
        }
        return withUnsafeTemporaryAllocation(byteCount: valuesAt + valueBytes, alignment: 8) { buffer in
            body(encode(attributes, into: buffer.baseAddress.unsafelyUnwrapped, shapeBytes, valuesAt))
        }
    }

    @inline(__always)
    private static func encode(
        _ attributes: Attributes, into memory: UnsafeMutableRawPointer, _ shapeBytes: Int, _ valuesAt: Int
    ) -> SeriesKey {
        var keys = KeyWriter(memory)
        var values = KeyWriter(memory + valuesAt)
        // The hash reads whole words.
        memory.storeBytes(of: 0, toByteOffset: shapeBytes & ~7, as: UInt64.self)
        for pair in attributes.sorted {
            let key = pair.key.utf8Span.span
            let length = min(key.count, LabelShape.longestKey)
            keys.append(LabelKind.of(pair.value))
            keys.append(UInt16(length))
            key.withUnsafeBufferPointer { keys.appendBytes(UnsafeBufferPointer(rebasing: $0[..<length])) }
            if case .string(let text) = pair.value { values.append(text) } else { values.append(pair.value) }
        }
        let shape = UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: shapeBytes)
        return SeriesKey(
            shape: shape, knownShape: nil, seed: hash(ofShape: memory, count: shapeBytes),
            values: memory + valuesAt, end: values.next)
    }

    /// The key whose values were written from `values` to `end`; the seven bytes behind are written too.
    @inline(__always)
    init(
        shape: UnsafeBufferPointer<UInt8>, knownShape: LabelShape?, seed: UInt64,
        values: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer
    ) {
        end.storeBytes(of: 0, as: UInt64.self)
        self.shape = shape
        self.knownShape = knownShape
        words = UnsafePointer(values.assumingMemoryBound(to: UInt64.self))
        wordCount = (end - values + 7) >> 3
        hash = Self.mix(words, wordCount, seed)
    }

    /// The key of a known shape with values written from `values` to `end`.
    @inline(__always)
    init(knownShape: LabelShape, values: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer) {
        self.init(
            shape: UnsafeBufferPointer(start: nil, count: 0), knownShape: knownShape, seed: knownShape.seed,
            values: values, end: end)
    }

    static func hash(ofValues words: UnsafePointer<UInt64>, count: Int, seed: UInt64) -> UInt64 {
        mix(words, count, seed)
    }

    @inline(__always)
    static func hash(ofShape bytes: UnsafeMutableRawPointer, count: Int) -> UInt64 {
        mix(UnsafePointer(bytes.assumingMemoryBound(to: UInt64.self)), (count &+ 7) >> 3, UInt64(count) ^ seed)
    }

    /// Differs from process to process, so that nobody can send label values that all collide.
    private static let seed = vitals_random()

    @inline(__always)
    private static func mix(_ words: UnsafePointer<UInt64>, _ count: Int, _ seed: UInt64) -> UInt64 {
        var hash = seed
        for index in 0..<count {
            let product = (words[index] ^ hash).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low &+ 0xA076_1D64_78BD_642F
        }
        let last = (hash ^ UInt64(count)).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return last.high ^ last.low
    }
}
