import Testing
import VitalsBytes

@testable import VitalsOTLP

@Suite("The message of a response")
struct GRPCMessageTests {
    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var output = ByteBuffer()
        var compressor = GzipCompressor()
        _ = bytes.withUnsafeBytes { compressor?.compress($0, into: &output) }
        return Array(output.bytes)
    }

    static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag] + PeerConnection.number(UInt32(message.count)) + message
    }

    /// What comes of bytes that arrive in pieces of `size`.
    private func read(
        _ bytes: [UInt8], by size: Int = .max, limit: Int = 1000, encoding: String = "gzip"
    ) -> Result<[UInt8]?, GRPCMessage.Flaw> {
        var message = GRPCMessage(limit: limit)
        do {
            var rest = bytes[...]
            while !rest.isEmpty {
                try rest.prefix(size).withUnsafeBytes { try message.append($0) }
                rest = rest.dropFirst(size)
            }
            return .success(try message.finished(encoding: encoding))
        } catch {
            return .failure(error as? GRPCMessage.Flaw ?? .corrupt)
        }
    }

    @Test("It is put together from pieces of any size", arguments: 1...14)
    func pieces(_ size: Int) {
        #expect(read([0, 0, 0, 0, 6, 1, 2, 3, 4, 5, 6], by: size) == .success([1, 2, 3, 4, 5, 6]))
        #expect(read([0, 0, 0, 0, 0], by: size) == .success([]))
        #expect(read([], by: size) == .success(nil))
    }

    @Test("One that is packed is unpacked")
    func unpacks() {
        let content = [UInt8](repeating: 7, count: 900)
        let bytes = Self.framed(Self.packed(content), flag: 1)
        #expect(read(bytes) == .success(content))
        #expect(read(bytes, by: 3) == .success(content))
        #expect(read(Self.framed(Self.packed([]), flag: 1)) == .success([]))
        #expect(read(bytes, encoding: "identity") == .failure(.encoding("identity")))
        #expect(read(bytes, encoding: "br") == .failure(.encoding("br")))
    }

    @Test("One that announces or unpacks to too much is refused")
    func tooLarge() {
        #expect(read([0, 0, 0, 3, 0xE9]) == .failure(.tooLarge))
        #expect(read([0, 0xFF, 0xFF, 0xFF, 0xFF, 1]) == .failure(.tooLarge))
        #expect(read(Self.framed([UInt8](repeating: 1, count: 1000))) == .success([UInt8](repeating: 1, count: 1000)))
        let bomb = Self.framed(Self.packed([UInt8](repeating: 0, count: 100_000)), flag: 1)
        #expect(read(bomb) == .failure(.tooLarge))
        #expect(read(bomb, limit: 99_999) == .failure(.tooLarge))
        #expect(read(bomb, limit: 100_000) == .success([UInt8](repeating: 0, count: 100_000)))
    }

    @Test("What is broken is told apart")
    func broken() {
        #expect(read([2, 0, 0, 0, 0]) == .failure(.flag(2)))
        #expect(read([0, 0, 0]) == .failure(.incomplete))
        #expect(read([0, 0, 0, 0, 2, 1]) == .failure(.incomplete))
        #expect(read([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == .failure(.surplus))
        #expect(read(Self.framed([1, 2, 3], flag: 1)) == .failure(.corrupt))
        #expect(read(Self.framed(Self.packed([1]) + [0], flag: 1)) == .failure(.corrupt))
    }
}
