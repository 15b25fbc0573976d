/// Appends the encoded form of keys and values to memory that is known to be large enough.
@usableFromInline
struct KeyWriter {
    @usableFromInline var next: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(_ next: UnsafeMutableRawPointer) {
        self.next = next
    }

    @inlinable @inline(__always)
    mutating func append<Number: FixedWidthInteger>(_ value: Number) {
        next.storeBytes(of: value, as: Number.self)
        next += MemoryLayout<Number>.size
    }

    @inlinable @inline(__always)
    mutating func append(_ text: String) {
        let span = text.utf8Span.span
        append(UInt32(truncatingIfNeeded: span.count))
        span.withUnsafeBufferPointer { appendBytes($0) }
    }

    /// Copies bytes. Short ones, as labels are, go in one or two overlapping loads: a call to memcpy costs more.
    @inlinable @inline(__always)
    mutating func appendBytes(_ bytes: UnsafeBufferPointer<UInt8>) {
        let count = bytes.count
        guard count > 0, let base = bytes.baseAddress else { return }
        let from = UnsafeRawPointer(base)
        if count >= 8 {
            var offset = 0
            while offset &+ 8 <= count {
                next.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: offset, as: UInt64.self), toByteOffset: offset,
                    as: UInt64.self)
                offset &+= 8
            }
            let last = count &- 8
            next.storeBytes(
                of: from.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
        } else if count >= 4 {
            let last = count &- 4
            let head = from.loadUnaligned(as: UInt32.self)
            let tail = from.loadUnaligned(fromByteOffset: last, as: UInt32.self)
            next.storeBytes(of: head, as: UInt32.self)
            next.storeBytes(of: tail, toByteOffset: last, as: UInt32.self)
        } else {
            var offset = 0
            while offset < count {
                next.storeBytes(of: from.load(fromByteOffset: offset, as: UInt8.self), toByteOffset: offset, as: UInt8.self)
                offset &+= 1
            }
        }
        next += count
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
