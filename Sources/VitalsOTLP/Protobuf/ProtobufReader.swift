internal import VitalsBytes

/// Reads the fields of a protobuf message from untrusted bytes. Nothing is copied; what is malformed ends the reading.
///
/// Groups count as malformed: nothing of OTLP or gRPC has ever had any.
package struct ProtobufReader {
    /// One field: its number and its value.
    package struct Field {
        /// Its number.
        package let number: UInt32
        /// Its value.
        package let value: Value
        /// All of it, with its tag.
        package let bytes: UnsafeRawBufferPointer
    }

    /// The value of a field, as the wire has it.
    package enum Value {
        /// A plain whole number.
        case varint(UInt64)
        /// Eight bytes.
        case fixed64(UInt64)
        /// Text, bytes, a message, or packed numbers.
        case bytes(UnsafeRawBufferPointer)
        /// Four bytes.
        case fixed32(UInt32)
    }

    private var rest: UnsafeRawBufferPointer
    /// Whether bytes were met that are no protobuf.
    package private(set) var isMalformed = false

    /// Reads a message.
    package init(_ message: UnsafeRawBufferPointer) {
        rest = message
    }

    /// The next field; nil at the end, and when what follows is malformed.
    package mutating func next() -> Field? {
        guard !isMalformed, !rest.isEmpty else { return nil }
        let whole = rest
        guard let tag = varint().flatMap({ UInt32(exactly: $0) }), tag >> 3 > 0,
            let type = WireType(rawValue: UInt64(tag & 7)), let value = value(type)
        else {
            isMalformed = true
            return nil
        }
        let bytes = UnsafeRawBufferPointer(rebasing: whole.prefix(whole.count - rest.count))
        return Field(number: tag >> 3, value: value, bytes: bytes)
    }

    private mutating func value(_ type: WireType) -> Value? {
        switch type {
        case .varint: varint().map { .varint($0) }
        case .fixed64: take(8).map { .fixed64(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }
        case .fixed32: take(4).map { .fixed32(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        case .delimited:
            varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { .bytes($0) }
        }
    }

    private mutating func varint() -> UInt64? {
        var number: UInt64 = 0
        for index in 0..<min(10, rest.count) {
            let byte = rest[index]
            // The tenth byte has one bit left.
            if index == 9, byte > 1 { return nil }
            number |= UInt64(byte & 0x7F) << (7 * index)
            if byte < 0x80 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(index + 1))
                return number
            }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= rest.count else { return nil }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }
}
