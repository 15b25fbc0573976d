import Testing
import VitalsOTLP

@Suite("Protobuf from untrusted bytes")
struct ProtobufReaderTests {
    /// Each field as text, and whether the bytes came to a good end.
    private static func read(_ hex: String) -> (fields: [String], isMalformed: Bool) {
        let bytes = [UInt8](hex: hex)
        return bytes.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            var fields: [String] = []
            var whole: [UInt8] = []
            while let field = reader.next() {
                let value =
                    switch field.value {
                    case .varint(let number): "varint \(number)"
                    case .fixed64(let number): "fixed64 \(number)"
                    case .bytes(let bytes): "bytes \(Array(bytes).hex)"
                    case .fixed32(let number): "fixed32 \(number)"
                    }
                fields.append("\(field.number): \(value)")
                whole += field.bytes
            }
            // The fields together are the message, up to where it is malformed.
            #expect(bytes.starts(with: whole))
            #expect(reader.isMalformed || whole.count == bytes.count)
            #expect(reader.next() == nil)
            return (fields, reader.isMalformed)
        }
    }

    @Test(
        "Fields are read as they are on the wire",
        arguments: [
            ("", []),
            ("0800", ["1: varint 0"]),
            ("089601", ["1: varint 150"]),
            ("08ffffffffffffffffff01", ["1: varint 18446744073709551615"]),
            // More bytes than it takes are no mistake.
            ("0880808080808080808000", ["1: varint 0"]),
            ("8880800001", ["1: varint 1"]),
            ("110100000000000000", ["2: fixed64 1"]),
            ("85010f000000", ["16: fixed32 15"]),
            ("1a00", ["3: bytes "]),
            ("1a03616263", ["3: bytes 616263"]),
            ("1a8300616263", ["3: bytes 616263"]),
            ("f8ffffff0f01", ["536870911: varint 1"]),
            ("0801 1a0161 0802", ["1: varint 1", "3: bytes 61", "1: varint 2"]),
        ] as [(String, [String])])
    func reads(_ hex: String, _ fields: [String]) {
        let result = Self.read(hex)
        #expect(result.fields == fields)
        #expect(!result.isMalformed)
    }

    @Test(
        "What is malformed ends the reading",
        arguments: [
            // Cut off: a tag, a varint, a fixed number, a length, what has the length.
            "80", "08", "0880", "08ffffffffffffffffff", "11", "1101000000000000", "0d010000", "1a", "1a80",
            "1a0161 1a02 61",
            // Varints beyond 64 bits.
            "08ffffffffffffffffff02", "08ffffffffffffffffffff01", "1affffffffffffffffff02",
            // Lengths of which no message could be.
            "1affffffff0f", "1affffffffffffffff7f", "1affffffffffffffffff01", "1a8080808080808080800100",
            // Groups, and types that there are not.
            "0b", "0b0c", "0c", "0e", "0f", "0e00",
            // Field 0, and fields beyond 29 bits.
            "00", "0000", "0200", "0500000000", "808080801001", "f8ffffff1f01", "ffffffffffffffffff0100",
        ])
    func refuses(_ hex: String) {
        #expect(Self.read(hex).isMalformed)
    }

    @Test("What stands before the mistake is read")
    func readsUntil() {
        #expect(Self.read("0801 1a0161 0b").fields == ["1: varint 1", "3: bytes 61"])
    }
}
