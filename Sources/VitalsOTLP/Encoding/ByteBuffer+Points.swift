import VitalsBytes

/// Parts of points; room for them must be there.
extension ByteBuffer {
    /// Stores the tag of a field below 16 and eight bytes.
    @inline(__always)
    mutating func store(_ field: UInt8, fixed64 number: UInt64) {
        base.storeBytes(of: field &<< 3 | 1, toByteOffset: count, as: UInt8.self)
        base.storeBytes(of: number.littleEndian, toByteOffset: count &+ 1, as: UInt64.self)
        count &+= 9
    }

    /// Stores the tag of a field below 16 and eight bytes.
    @inline(__always)
    mutating func store(_ field: UInt8, double number: Double) {
        store(field, fixed64: number.bitPattern)
    }

    /// Stores the tag of a field below 16 and the length of what follows.
    @inline(__always)
    mutating func store(_ field: UInt8, length: Int) {
        base.storeBytes(of: field &<< 3 | 2, toByteOffset: count, as: UInt8.self)
        count &+= 1
        var rest = UInt64(truncatingIfNeeded: length)
        while rest >= 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            count &+= 1
            rest &>>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Stores bytes from elsewhere.
    @inline(__always)
    mutating func store(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    /// Stores numbers of eight bytes each.
    @inline(__always)
    mutating func store(_ numbers: UnsafeBufferPointer<UInt64>) {
        for number in numbers {
            base.storeBytes(of: number.littleEndian, toByteOffset: count, as: UInt64.self)
            count &+= 8
        }
    }
}
