import Testing
import VitalsBytes

@Suite struct ByteBufferTests {
    @Test func growsAndKeepsWhatWasAppended() {
        var buffer = ByteBuffer(capacity: 0)
        var expected: [UInt8] = []
        for number in 0..<1000 {
            buffer.append(text: "\(number) ")
            buffer.append(UInt8(number & 0xff))
            expected += Array("\(number) ".utf8) + [UInt8(number & 0xff)]
        }
        #expect(Array(buffer.bytes) == expected)
    }

    @Test func canBeClearedAndShrunk() {
        var buffer = ByteBuffer(capacity: 100_000)
        buffer.append("kept")
        buffer.append(text: " and dropped")
        buffer.truncate(to: 4)
        buffer.shrink(to: 0)
        #expect(buffer.capacity == 64)
        #expect(Array(buffer.bytes) == Array("kept".utf8))
        buffer.clear()
        #expect(buffer.count == 0)
    }
}
