import Testing
import VitalsBytes

@Suite struct ProtobufMessageTests {
    /// Whatever was expected, the length before the message is the same.
    @Test(
        arguments: [
            (0, [0x1a, 0]), (1, [0x1a, 1]), (127, [0x1a, 0x7f]), (128, [0x1a, 0x80, 0x01]),
            (16_383, [0x1a, 0xff, 0x7f]), (16_384, [0x1a, 0x80, 0x80, 0x01]),
            (2_097_152, [0x1a, 0x80, 0x80, 0x80, 0x01]),
        ] as [(Int, [UInt8])], [Int.min, 0, 127, 128, 16_384, 2_097_152, .max])
    func lengthsAreExact(message: (length: Int, head: [UInt8]), expected: Int) {
        var random = SeededNumbers(seed: 4)
        let body = (0..<message.length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let bytes = bytesWritten {
            $0.append("before")
            let open = $0.beginMessage(field: 3, expecting: expected)
            $0.append(body)
            $0.endMessage(open)
            $0.append("after")
        }
        #expect(bytes == "before".utf8 + message.head + body + "after".utf8)
    }

    @Test func messagesNest() {
        let bytes = bytesWritten {
            let family = $0.beginMessage()
            $0.append(field: 1, text: "up")
            let metric = $0.beginMessage(field: 4, expecting: 200)
            let label = $0.beginMessage(field: 1)
            $0.append(field: 1, text: "job")
            $0.append(field: 2, text: "api")
            $0.endMessage(label)
            let empty = $0.beginMessage(field: 2)
            $0.endMessage(empty)
            $0.endMessage(metric)
            $0.endMessage(family)
        }
        let label: [UInt8] = [0x0a, 3] + "job".utf8 + [0x12, 3] + "api".utf8
        let metric: [UInt8] = [0x0a, 10] + label + [0x12, 0]
        #expect(bytes == [20, 0x0a, 2] + "up".utf8 + [0x22, 14] + metric)
    }

    @Test func longMessagesInLongMessagesMoveTogether() {
        let inner = [UInt8](repeating: 1, count: 128)
        let bytes = bytesWritten {
            let outermost = $0.beginMessage()
            for _ in 0..<130 {
                let message = $0.beginMessage(field: 1)
                $0.append(inner)
                $0.endMessage(message)
            }
            $0.endMessage(outermost)
        }
        let messages = repeatElement([0x0a, 0x80, 0x01] + inner, count: 130).joined()
        #expect(bytes == [0x86, 0x85, 0x01] as [UInt8] + messages)
    }

    @Test func aMessageThatWasForgottenInBetweenWritesNothing() {
        let bytes = bytesWritten {
            $0.append("before")
            let message = $0.beginMessage(field: 1)
            $0.clear()
            $0.append("new")
            $0.endMessage(message)
        }
        #expect(bytes == Array("new".utf8))
    }
}
