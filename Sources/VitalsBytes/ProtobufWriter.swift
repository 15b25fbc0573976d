/// How a field of a protobuf message says where it ends.
public enum WireType: UInt64, Sendable {
    /// A whole number of one to ten bytes.
    case varint = 0
    /// Eight bytes.
    case fixed64 = 1
    /// A length, then as many bytes.
    case delimited = 2
    /// Four bytes.
    case fixed32 = 5
}

/// What goes on the wire as such; packed fields consist of it.
extension ByteBuffer {
    /// How many bytes a varint takes, from 1 to 10.
    @inlinable @inline(__always)
    public static func varintSize(_ number: UInt64) -> Int {
        let bits = 64 &- (number | 1).leadingZeroBitCount
        // Division by seven, rounded up, as far as 64.
        return (bits &* 9 &+ 64) &>> 6
    }

    /// Appends a whole number as a varint; negative ones in two's complement take ten bytes.
    @inlinable @inline(__always)
    public mutating func append(varint number: UInt64) {
        reserve(10)
        storeVarint(number)
    }

    /// Appends a signed number as a varint that is short for small magnitudes: `sint32` and `sint64`.
    @inlinable @inline(__always)
    public mutating func append(zigzag number: Int64) {
        append(varint: Self.zigzag(number))
    }

    /// Appends eight bytes; a double is its bit pattern.
    @inlinable @inline(__always)
    public mutating func append(fixed64 number: UInt64) {
        reserve(8)
        storeFixed(number)
    }

    /// Appends four bytes; a float is its bit pattern.
    @inlinable @inline(__always)
    public mutating func append(fixed32 number: UInt32) {
        reserve(4)
        storeFixed(number)
    }

    /// Appends the tag of a field, whose value must follow.
    @inlinable @inline(__always)
    public mutating func append(tag field: UInt32, _ type: WireType) {
        append(varint: Self.tag(field, type))
    }
}

/// Whole fields: the tag and the value.
extension ByteBuffer {
    /// Appends a field of one of the types that are plain varints, booleans and enumerations among them.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, varint number: UInt64) {
        reserve(20)
        storeVarint(Self.tag(field, .varint))
        storeVarint(number)
    }

    /// Appends a `sint32` or `sint64` field.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, zigzag number: Int64) {
        append(field: field, varint: Self.zigzag(number))
    }

    /// Appends a `fixed64` or `sfixed64` field.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, fixed64 number: UInt64) {
        reserve(18)
        storeVarint(Self.tag(field, .fixed64))
        storeFixed(number)
    }

    /// Appends a `fixed32` or `sfixed32` field.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, fixed32 number: UInt32) {
        reserve(14)
        storeVarint(Self.tag(field, .fixed32))
        storeFixed(number)
    }

    /// Appends a `double` field.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, double number: Double) {
        append(field: field, fixed64: number.bitPattern)
    }

    /// Appends a field of bytes from elsewhere; they must not be this buffer's own.
    @inlinable @inline(__always)
    public mutating func append(field: UInt32, bytes: UnsafeRawBufferPointer) {
        reserve(20 &+ bytes.count)
        storeVarint(Self.tag(field, .delimited))
        storeVarint(UInt64(truncatingIfNeeded: bytes.count))
        append(bytes)
    }

    /// Appends a `string` field.
    @inlinable
    public mutating func append(field: UInt32, text: String) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
            append(field: field, bytes: UnsafeRawBufferPointer($0))
        }
        guard isDone == nil else { return }
        append(tag: field, .delimited)
        append(varint: UInt64(text.utf8.count))
        append(text: text)
    }
}

extension ByteBuffer {
    @inlinable @inline(__always)
    static func zigzag(_ number: Int64) -> UInt64 {
        UInt64(bitPattern: (number &<< 1) ^ (number &>> 63))
    }

    @inlinable @inline(__always)
    static func tag(_ field: UInt32, _ type: WireType) -> UInt64 {
        UInt64(field) &<< 3 | type.rawValue
    }

    /// Stores a varint; ten bytes must be reserved.
    @inlinable @inline(__always)
    mutating func storeVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            count &+= 1
            rest &>>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Stores a number as it lies on the wire; its bytes must be reserved.
    @inlinable @inline(__always)
    mutating func storeFixed<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        base.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
        count &+= MemoryLayout<Number>.size
    }
}
