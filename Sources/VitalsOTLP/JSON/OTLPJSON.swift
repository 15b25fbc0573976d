package import VitalsBytes

/// Writes requests of OTLP, given in protobuf, as OTLP/JSON.
package struct OTLPJSON {
    /// Values may be nested, but not without end.
    private static let mostDepth = 100

    private let fields = OTLPFields.shared

    private init() {}

    /// Appends a request as JSON; false if it is malformed or nested too deeply, and then nothing was appended.
    package static func append(
        _ message: UnsafeRawBufferPointer, _ signal: Signal, to output: inout ByteBuffer
    ) -> Bool {
        let start = output.count
        if OTLPJSON().append(message, OTLPMessage(signal), mostDepth, &output) { return true }
        output.truncate(to: start)
        return false
    }

    /// Goes through the message once for each field that it has: the parts of a repeated field need not stand together.
    private func append(
        _ bytes: UnsafeRawBufferPointer, _ message: OTLPMessage, _ depth: Int, _ output: inout ByteBuffer
    ) -> Bool {
        guard depth > 0 else { return false }
        var present: UInt32 = 0
        var reader = ProtobufReader(bytes)
        // No message has a field beyond 16.
        while let field = reader.next() { if field.number < 32 { present |= 1 << field.number } }
        if reader.isMalformed { return false }
        output.append("{")
        var isFirst = true
        for field in fields[message] where present & 1 << field.number != 0 {
            let start = output.count
            if !isFirst { output.append(",") }
            output.append("\"")
            output.append(field.name)
            output.append("\":")
            guard let hasValue = append(field, of: bytes, depth, &output) else { return false }
            if hasValue { isFirst = false } else { output.truncate(to: start) }
        }
        output.append("}")
        return true
    }

    /// Whether the field has a value of its kind; nil if that is malformed.
    private func append(
        _ field: OTLPMessage.Field, of message: UnsafeRawBufferPointer, _ depth: Int, _ output: inout ByteBuffer
    ) -> Bool? {
        var reader = ProtobufReader(message)
        guard field.isRepeated else {
            // The last one counts.
            var last: ProtobufReader.Value?
            while let next = reader.next() {
                if next.number == field.number, Self.fits(next.value, field.kind) { last = next.value }
            }
            guard let last else { return false }
            return append(last, field.kind, depth, &output) ? true : nil
        }
        output.append("[")
        let start = output.count
        while let next = reader.next() {
            guard next.number == field.number, Self.fits(next.value, field.kind) else { continue }
            let before = output.count
            if before > start { output.append(",") }
            let first = output.count
            guard append(next.value, field.kind, depth, &output) else { return nil }
            // Packed, but without a number.
            if output.count == first { output.truncate(to: before) }
        }
        output.append("]")
        return true
    }

    /// Whether a value has a form that its kind may have; others are skipped.
    private static func fits(_ value: ProtobufReader.Value, _ kind: OTLPMessage.Kind) -> Bool {
        switch (kind, value) {
        case (.message, .bytes), (.text, .bytes), (.base64, .bytes), (.hex, .bytes), (.unsigned64s, .bytes),
            (.doubles, .bytes):
            true
        case (.bool, .varint), (.integer32, .varint), (.unsigned32, .varint), (.zigzag32, .varint),
            (.integer64, .varint), (.unsigned64, .varint), (.unsigned64s(.varint), .varint):
            true
        case (.integer64, .fixed64), (.unsigned64, .fixed64), (.double, .fixed64), (.doubles, .fixed64),
            (.unsigned64s(.fixed64), .fixed64), (.unsigned32, .fixed32):
            true
        default: false
        }
    }

    /// Appends a value that fits; false if it is malformed.
    private func append(
        _ value: ProtobufReader.Value, _ kind: OTLPMessage.Kind, _ depth: Int, _ output: inout ByteBuffer
    ) -> Bool {
        switch value {
        case .bytes(let bytes):
            switch kind {
            case .message(let message): return append(bytes, message, depth - 1, &output)
            case .text: output.append(jsonText: bytes)
            case .base64: output.append(base64: bytes)
            case .hex: output.append(hex: bytes)
            default: return append(packed: bytes, kind, &output)
            }
        case .varint(let number), .fixed64(let number): append(number, kind, &output)
        case .fixed32(let number): append(UInt64(number), kind, &output)
        }
        return true
    }

    private func append(_ number: UInt64, _ kind: OTLPMessage.Kind, _ output: inout ByteBuffer) {
        let short = UInt32(truncatingIfNeeded: number)
        switch kind {
        case .bool: output.append(number == 0 ? "false" : "true")
        case .double, .doubles: output.append(jsonNumber: Double(bitPattern: number))
        case .integer32: output.append(decimal: Int64(Int32(bitPattern: short)))
        case .unsigned32: output.append(decimal: UInt64(short))
        case .zigzag32: output.append(decimal: Int64(Int32(bitPattern: short >> 1) ^ (0 &- Int32(short & 1))))
        case .integer64:
            output.append("\"")
            output.append(decimal: Int64(bitPattern: number))
            output.append("\"")
        default:
            output.append("\"")
            output.append(decimal: number)
            output.append("\"")
        }
    }

    /// Appends numbers that stand in one field; false if that is malformed.
    private func append(
        packed bytes: UnsafeRawBufferPointer, _ kind: OTLPMessage.Kind, _ output: inout ByteBuffer
    ) -> Bool {
        var position = 0
        while position < bytes.count {
            if position > 0 { output.append(",") }
            if case .unsigned64s(.varint) = kind {
                guard let number = Self.varint(bytes, &position) else { return false }
                append(number, kind, &output)
            } else {
                guard bytes.count - position >= 8 else { return false }
                append(
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)), kind, &output)
                position += 8
            }
        }
        return true
    }

    private static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) where position < bytes.count {
            let byte = bytes[position]
            position += 1
            // The tenth byte has one bit left.
            if shift == 63, byte > 1 { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
