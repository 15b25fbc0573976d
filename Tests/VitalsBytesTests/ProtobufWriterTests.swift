import Testing
import VitalsBytes

@Suite struct ProtobufWriterTests {
    @Test(
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7f]), (128, [0x80, 0x01]), (300, [0xac, 0x02]), (16_383, [0xff, 0x7f]),
            (16_384, [0x80, 0x80, 0x01]), (1 << 35, [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
            (1 << 62, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]),
            (1 << 63, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ] as [(UInt64, [UInt8])])
    func varintsTakeOneToTenBytes(number: UInt64, bytes: [UInt8]) {
        #expect(bytesWritten { $0.append(varint: number) } == bytes)
        #expect(ByteBuffer.varintSize(number) == bytes.count)
    }

    @Test func theSizeOfAVarintIsRightAtEveryBit() {
        for bit in 0..<UInt64(64) {
            for number in [1 << bit, (1 << bit) - 1] as [UInt64] {
                #expect(ByteBuffer.varintSize(number) == bytesWritten { $0.append(varint: number) }.count)
            }
        }
    }

    @Test(
        arguments: [
            (0, [0]), (-1, [1]), (1, [2]), (-2, [3]), (2_147_483_647, [0xfe, 0xff, 0xff, 0xff, 0x0f]),
            (-2_147_483_648, [0xff, 0xff, 0xff, 0xff, 0x0f]),
            (.min, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            (.max, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ] as [(Int64, [UInt8])])
    func signedNumbersZigzag(number: Int64, bytes: [UInt8]) {
        #expect(bytesWritten { $0.append(zigzag: number) } == bytes)
    }

    @Test func fixedNumbersAreLittleEndian() {
        #expect(bytesWritten { $0.append(fixed64: 0x0102_0304_0506_0708) } == [8, 7, 6, 5, 4, 3, 2, 1])
        #expect(bytesWritten { $0.append(fixed32: 0x0102_0304) } == [4, 3, 2, 1])
    }

    @Test func fieldsCarryTheirTag() {
        #expect(bytesWritten { $0.append(field: 1, varint: 150) } == [0x08, 0x96, 0x01])
        #expect(bytesWritten { $0.append(field: 16, varint: 1) } == [0x80, 0x01, 0x01])
        #expect(bytesWritten { $0.append(field: 5, zigzag: -4) } == [0x28, 0x07])
        #expect(bytesWritten { $0.append(field: 2, fixed64: 1) } == [0x11, 1, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytesWritten { $0.append(field: 2, fixed32: 1) } == [0x15, 1, 0, 0, 0])
        #expect(bytesWritten { $0.append(field: 3, double: -2) } == [0x19, 0, 0, 0, 0, 0, 0, 0, 0xc0])
        #expect(bytesWritten { $0.append(tag: 536_870_911, .delimited) } == [0xfa, 0xff, 0xff, 0xff, 0x0f])
    }

    @Test func textAndBytesCarryTheirLength() {
        #expect(bytesWritten { $0.append(field: 2, text: "testing") } == [0x12, 7] + "testing".utf8)
        #expect(bytesWritten { $0.append(field: 2, text: "") } == [0x12, 0])
        #expect(bytesWritten { $0.append(field: 2, text: "größe") } == [0x12, 7] + "größe".utf8)
        let long = [UInt8](repeating: 7, count: 200)
        #expect(
            bytesWritten { buffer in long.withUnsafeBytes { buffer.append(field: 1, bytes: $0) } } == [0x0a, 0xc8, 1]
                + long)
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(bytesWritten { $0.append(field: 1, bytes: none) } == [0x0a, 0])
    }
}
