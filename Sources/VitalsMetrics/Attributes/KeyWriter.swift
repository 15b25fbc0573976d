/// Appends the encoded form of keys or values to memory that is known to be large enough, and hashes it on the way: the
/// hash works on what is in registers already, where reading the memory back would have to wait for the stores.
@usableFromInline
struct KeyWriter {
    @usableFromInline var next: UnsafeMutableRawPointer
    @usableFromInline var hash: UInt64 = 0

    @inlinable @inline(__always)
    init(_ next: UnsafeMutableRawPointer) {
        self.next = next
    }

    @inlinable @inline(__always)
    static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: second ^ 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    @inlinable @inline(__always)
    mutating func append<Number: FixedWidthInteger>(_ value: Number) {
        next.storeBytes(of: value, as: Number.self)
        next += MemoryLayout<Number>.size
        hash = Self.mix(UInt64(truncatingIfNeeded: value) ^ hash, 0)
    }

    @inlinable @inline(__always)
    mutating func append(_ text: String) {
        // Inlines to a look at the string's own bytes; `utf8Span` costs two calls that do not inline.
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { appendCounted($0) }
        if isDone == nil { appendForeign(text) }
    }

    @inlinable @inline(__always)
    mutating func appendCounted(_ bytes: UnsafeBufferPointer<UInt8>) {
        next.storeBytes(of: UInt32(truncatingIfNeeded: bytes.count), as: UInt32.self)
        next += 4
        appendBytes(bytes)
    }

    /// A string that is not stored as UTF-8, which is possible only where strings are bridged.
    @usableFromInline
    @inline(never)
    mutating func appendForeign(_ text: String) {
        var native = text
        native.withUTF8 { appendCounted($0) }
    }

    /// Copies bytes, and returns the first eight of them as a word, padded with zeros. Short texts, as labels are, go in
    /// one or two overlapping loads: a call to memcpy costs more.
    @inlinable @inline(__always)
    @discardableResult
    mutating func appendBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = bytes.count
        guard count > 0, let base = bytes.baseAddress else {
            hash = Self.mix(hash, 1)
            return 0
        }
        let from = UnsafeRawPointer(base)
        var first: UInt64
        var last: UInt64 = 0
        let prefix: UInt64
        if count >= 8 {
            prefix = from.loadUnaligned(as: UInt64.self)
            var offset = 0
            while offset &+ 16 < count {
                first = from.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                last = from.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
                next.storeBytes(of: first, toByteOffset: offset, as: UInt64.self)
                next.storeBytes(of: last, toByteOffset: offset &+ 8, as: UInt64.self)
                hash = Self.mix(first ^ hash, last)
                offset &+= 16
            }
            // The last one to sixteen bytes, in two words that may overlap each other and those before.
            let head = min(offset, count &- 8)
            first = from.loadUnaligned(fromByteOffset: head, as: UInt64.self)
            last = from.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            next.storeBytes(of: first, toByteOffset: head, as: UInt64.self)
            next.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
        } else {
            // Less than a word: packed in a register and stored whole; what comes next overwrites the excess.
            if count >= 4 {
                let head = from.loadUnaligned(as: UInt32.self)
                let tail = from.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
                first = UInt64(head) | UInt64(tail) &<< UInt64(8 &* (count &- 4))
            } else {
                let head = from.load(as: UInt8.self)
                let middle = from.load(fromByteOffset: count &>> 1, as: UInt8.self)
                let tail = from.load(fromByteOffset: count &- 1, as: UInt8.self)
                first = UInt64(head) | UInt64(middle) &<< UInt64(8 &* (count &>> 1))
                first |= UInt64(tail) &<< UInt64(8 &* (count &- 1))
            }
            next.storeBytes(of: first, as: UInt64.self)
            prefix = first
        }
        hash = Self.mix(first ^ hash, last ^ UInt64(truncatingIfNeeded: count))
        next += count
        return prefix
    }

    mutating func append(_ value: AttributeValue) {
        switch value {
        case .string(let value): append(value)
        case .bool(let value): append(UInt8(value ? 1 : 0))
        case .int(let value): append(Int64(value))
        case .double(let value): append(Self.canonical(value))
        case .strings(let values):
            append(UInt32(truncatingIfNeeded: values.count))
            for value in values { append(value) }
        case .bools(let values):
            append(UInt32(truncatingIfNeeded: values.count))
            for value in values { append(UInt8(value ? 1 : 0)) }
        case .ints(let values):
            append(UInt32(truncatingIfNeeded: values.count))
            for value in values { append(Int64(value)) }
        case .doubles(let values):
            append(UInt32(truncatingIfNeeded: values.count))
            for value in values { append(Self.canonical(value)) }
        }
    }

    /// One NaN and one zero, so that equal-looking values name one series.
    @inlinable @inline(__always)
    static func canonical(_ value: Double) -> UInt64 {
        if value.isNaN { return Double.nan.bitPattern }
        return value == 0 ? 0 : value.bitPattern
    }

    /// The bytes that `append` writes for a value, or a few more.
    static func size(of value: AttributeValue) -> Int {
        switch value {
        case .string(let value): 4 + value.utf8.count
        case .bool, .int, .double: 8
        case .strings(let values): values.reduce(4) { $0 + 4 + $1.utf8.count }
        case .bools(let values): 4 + values.count
        case .ints(let values): 4 + 8 * values.count
        case .doubles(let values): 4 + 8 * values.count
        }
    }
}
