import CDeflate
import Glibc
import Testing
import VitalsBytes

@Suite struct GzipCompressorTests {
    @Test(arguments: [0, 1, 6, 12])
    func whatWasPackedIsUnpackedByOthers(level: Int) throws {
        var compressor = try made(level: level)
        var packed = ByteBuffer()
        let text = exposition(lines: 1000)
        #expect(text.withUnsafeBytes { compressor.compress($0, into: &packed) })
        #expect(unpacked(packed.bytes, limit: text.count) == text)
        #expect(try gunzipped(Array(packed.bytes)) == text)
    }

    @Test func nothingIsAMemberToo() throws {
        var compressor = try made()
        var packed = ByteBuffer()
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(compressor.compress(nothing, into: &packed))
        #expect(try gunzipped(Array(packed.bytes)).isEmpty)
    }

    @Test func noiseGrowsLittle() throws {
        var random = SeededNumbers(seed: 5)
        let noise = (0..<200_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var compressor = try made()
        var packed = ByteBuffer()
        #expect(noise.withUnsafeBytes { compressor.compress($0, into: &packed) })
        #expect(packed.count < noise.count + 1000)
        #expect(unpacked(packed.bytes, limit: noise.count) == noise)
    }

    @Test func aCompressorIsUsedAgainAndAppends() throws {
        var compressor = try made()
        var packed = ByteBuffer()
        packed.append("head")
        for lines in [10, 1000, 3] {
            packed.truncate(to: 4)
            let text = exposition(lines: lines)
            #expect(text.withUnsafeBytes { compressor.compress($0, into: &packed) })
            #expect(Array(packed.bytes.prefix(4)) == Array("head".utf8))
            #expect(unpacked(UnsafeRawBufferPointer(rebasing: packed.bytes.dropFirst(4)), limit: text.count) == text)
        }
    }

    @Test func largeBodiesShrinkToWhatTheyNeed() throws {
        let text = [UInt8](exposition(lines: 1000).cycled(to: 16 << 20))
        var compressor = try made()
        var packed = ByteBuffer()
        #expect(text.withUnsafeBytes { compressor.compress($0, into: &packed) })
        #expect(packed.count < text.count / 8)
        packed.shrink(to: 0)
        #expect(packed.capacity == packed.count)
        #expect(unpacked(packed.bytes, limit: text.count) == text)
    }

    @Test(arguments: [-1, 13, Int.min, Int.max])
    func unknownLevelsGiveNoCompressor(level: Int) {
        let isMade = GzipCompressor(level: level) != nil
        #expect(!isMade)
    }

    /// `#require` takes nothing that cannot be copied.
    private func made(level: Int = 1) throws -> GzipCompressor {
        guard let compressor = GzipCompressor(level: level) else { throw NoCompressor() }
        return compressor
    }

    private func exposition(lines: Int) -> [UInt8] {
        Array(
            written {
                for line in 0..<UInt64(lines) {
                    $0.append("http_requests_total{method=\"GET\",route=\"/api/v1/items/")
                    $0.append(decimal: line)
                    $0.append("\",status=\"200\"} ")
                    $0.append(decimal: line &* 7919 % 10_007)
                    $0.append("\n")
                }
            }.utf8)
    }

    private func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
        let decompressor = libdeflate_alloc_decompressor()
        defer { libdeflate_free_decompressor(decompressor) }
        var result = LIBDEFLATE_BAD_DATA
        let bytes = [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
            result = libdeflate_gzip_decompress(
                decompressor, packed.baseAddress, packed.count, buffer.baseAddress, limit + 1, &count)
        }
        return result == LIBDEFLATE_SUCCESS ? bytes : nil
    }

    /// What the system's gunzip makes of it.
    private func gunzipped(_ packed: [UInt8]) throws -> [UInt8] {
        var name = Array("/tmp/vitals-gzip-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        defer {
            close(file)
            unlink(name)
        }
        try #require(write(file, packed, packed.count) == packed.count)
        let path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let pipe = try #require(popen("gunzip -c < \(path)", "r"))
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
        try #require(pclose(pipe) == 0)
        return bytes
    }
}

private struct NoCompressor: Error {}

extension [UInt8] {
    /// These bytes again and again, as many as `count`.
    fileprivate func cycled(to count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count { bytes += prefix(count - bytes.count) }
        return bytes
    }
}
